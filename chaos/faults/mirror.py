"""A client's copy of the rows that it may see, kept by the rules of docs/realtime.md."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from resources.json_text import JsonObject

type Row = JsonObject
type Frame = JsonObject

PUTS = ("create", "enter", "update")
ENTRIES = ("create", "enter")


@dataclass
class Interest:
    """Who listens to what, and by which requests the same is fetched.

    `shows` are sets of values that a row must have one of each of, one set being enough: what the
    subscriber may see and has asked for. `path` is the list, or the record when `is_record`.
    """

    name: str
    kind: str
    topic: str
    path: str
    token: str = ""
    filter: str = ""
    fields: str = ""
    shows: list[JsonObject] = field(default_factory=list)
    is_record: bool = False
    is_stream: bool = False

    def may_show(self, row: Row) -> bool:
        """Return whether the subscriber may be shown a row."""
        return any(all(row.get(k) == v for k, v in shown.items()) for shown in self.shows)


class Mirror:
    """Rows by id, and the cursor up to which they are known.

    While the rows are being fetched, events wait. `newest` is the highest cursor that came, and
    `last` are the records that came with it. `settled` are the rows that an event has told of since
    they were fetched: before that what is held may be newer than the event.
    """

    def __init__(self, interest: Interest) -> None:
        self.interest = interest
        self.rows: dict[str, Row] = {}
        self.cursor = ""
        self.newest = 0
        self.last: set[str] = set()
        self.is_complete = False
        self.waiting: list[Frame] = []
        self.settled: set[str] = set()
        self.problems: list[JsonObject] = []
        self.counts: Counter[str] = Counter()

    def begin(self) -> None:
        """Forget what was fetched: it will be fetched anew."""
        self.is_complete = False
        self.cursor = ""
        self.waiting = []

    def resumes(self) -> None:
        """Connect again: of several events of one change all come until the last was heard."""
        self.newest = told_until(self.cursor)
        self.last = set()

    def subscribed(self, cursor: str) -> None:
        """Hear where the live stream begins: what was missed has come."""
        if told_until(cursor) < self.newest:
            self._report("subscribed before what came already", cursor=cursor, newest=self.newest)
        self.cursor = cursor
        self.newest = told_until(cursor)

    def fetched(self, rows: dict[str, Row]) -> None:
        """Take fetched rows, and then the events that have come meanwhile."""
        self.rows = dict(rows)
        self.settled = set()
        self.is_complete = True
        waiting, self.waiting = self.waiting, []
        for frame in waiting:
            self._apply(frame)

    def hear(self, frame: Frame) -> None:
        """Take an event."""
        cursor = told_until(frame["cursor"])
        self.counts["events"] += 1
        if cursor < self.newest:
            self._report("came out of order", **_told(frame), newest=self.newest)
        elif cursor == self.newest and frame["id"] in self.last:
            self._report("came twice", **_told(frame))
        self.last = {*self.last, frame["id"]} if cursor == self.newest else {frame["id"]}
        self.newest, self.cursor = cursor, frame["cursor"]
        record = frame.get("record")
        if record is not None and not self.interest.may_show(record):
            self._report("may not be seen", **_told(frame), record=record)
        if (record is None) == (frame["action"] in PUTS):
            self._report("has no fitting record", **_told(frame))
        if self.is_complete:
            self._apply(frame)
        else:
            self.waiting.append(frame)

    def differences(self, fresh: dict[str, Row]) -> list[JsonObject]:
        """Say how the copy differs from the rows as fetched afresh."""
        found = []
        for row_id in sorted(self.rows.keys() | fresh.keys()):
            mine, theirs = self.rows.get(row_id), fresh.get(row_id)
            if mine != theirs:
                what = (
                    "is missing" if mine is None else "is too many" if theirs is None else "is old"
                )
                found.append({"problem": what, "id": row_id, "mine": mine, "fresh": theirs})
        return found

    def _apply(self, frame: Frame) -> None:
        row_id, action = frame["id"], frame["action"]
        is_held = row_id in self.rows
        if action == "create" and is_held and row_id in self.settled:
            self._report("create of a row that is held", **_told(frame))
        elif is_held == (action in ENTRIES):
            # Records are as they are when they are read, which may be ahead of the cursor.
            self.counts["ahead"] += 1
        self.settled.add(row_id)
        if action in PUTS:
            self.rows[row_id] = frame["record"]
        else:
            self.rows.pop(row_id, None)

    def _report(self, problem: str, **about: object) -> None:
        about = {"problem": problem, **about}
        self.problems.append(about)


def told_until(cursor: str) -> int:
    """Read up to which place of the feed all was told that comes with a cursor."""
    return int(cursor.rpartition("~")[2] or 0)


def _told(frame: Frame) -> JsonObject:
    return {name: frame[name] for name in ("id", "action", "cursor")}
