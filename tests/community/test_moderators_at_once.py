"""Members report and moderators decide at once: one case, an exact score, one decision."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.db import connection

from community.models import ModerationCase, Report
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.personas import Persona


def at_once(people: list[Persona], does: Callable[[Persona], int]) -> list[int]:
    """Have everybody do something at the same time; return the statuses, sorted."""

    def run(persona: Persona) -> int:
        try:
            return does(persona)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as threads:
        return sorted(threads.map(run, people))


def test_reports_claims_and_decisions_at_once_leave_one_of_each(transactional_db: None) -> None:
    author = new_member("alice")
    members = [new_member(f"member{number}") for number in range(6)]
    moderators = [new_member(f"moderator{number}", roles=["moderator"]) for number in range(3)]
    post = author.creates("posts", text="Buy my pills.")
    report = {"target_resource": "posts", "target_id": post["id"], "reason": "spam"}
    reported = at_once(members[:4], lambda one: one.api.post("reports", report).status_code)
    assert reported == [201] * 4
    case = ModerationCase.objects.get()
    assert (case.score, case.report_count) == (4, 4)

    path = f"moderation-cases/{case.pk}"
    claims = at_once(moderators, lambda one: one.api.put(f"{path}/claim").status_code)
    assert claims == [200, 409, 409]
    for one in moderators:
        one.api.delete(f"{path}/claim")
    moderators[0].api.delete(f"posts/{post['id']}/hide")

    def acts(one: Persona) -> int:
        if one in moderators:
            decision = {"actions": [{"kind": "hide"}], "reason": "Advertising."}
            return int(one.api.post(f"{path}/decide", decision).status_code)
        return int(one.api.post("reports", report).status_code)

    statuses = at_once([*moderators, *members[4:]], acts)
    assert statuses.count(200) == 1, "one decides"
    assert set(statuses) <= {200, 201, 400, 409}, "whoever comes later is told so"
    decided = Report.objects.filter(case=case)
    assert {each.outcome for each in decided} == {"upheld"}


def test_bulk_decisions_in_opposite_order_do_not_wait_for_each_other(
    transactional_db: None,
) -> None:
    """Both decide about the same author's posts, whose row the sanction writes too."""
    author, reporter = new_member("alice"), new_member("bob")
    moderators = [new_member(f"moderator{number}", roles=["moderator"]) for number in range(2)]
    statuses = []
    for turn in range(3):
        for number in range(8):
            post = author.creates("posts", text=f"Buy my pills. {turn}.{number}")
            report = {"target_resource": "posts", "target_id": post["id"], "reason": "spam"}
            reporter.creates("reports", **report)
        cases = [str(case.pk) for case in ModerationCase.objects.filter(state="open")]
        orders = {moderators[0].id: cases, moderators[1].id: cases[::-1]}
        actions = [{"kind": "hide"}, {"kind": "warn"}]
        decision = {"actions": actions, "reason": "Advertising.", "is_harmless": False}

        def decides(
            one: Persona,
            orders: dict[str, list[str]] = orders,
            decision: object = decision,
        ) -> int:
            writes = [
                {"method": "POST", "path": f"moderation-cases/{key}/decide", "body": decision}
                for key in orders[one.id]
            ]
            return int(one.api.post("batch", {"requests": writes}).status_code)

        statuses += at_once(moderators, decides)
    assert statuses == [200, 409] * 3, "one decides them all, the other is told so"
