"""What moderators have to decide: cases with their timeline, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from resources.api import Record, RecordIdField

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SCOPE_LENGTH = 60


class CaseKind(models.TextChoices):
    """Why something waits for a moderator; what was decided on the spot never did."""

    REPORT = "report", _("report")
    HELD = "held", _("held back")
    DUPLICATE_ART = "duplicate_art", _("duplicate art")
    APPEAL = "appeal", _("appeal")
    DIRECT = "direct", _("decided without a case")


class CaseState(models.TextChoices):
    """How far a case has come; a decision can be appealed until the case is closed."""

    OPEN = "open", _("open")
    CLAIMED = "claimed", _("claimed")
    DECIDED = "decided", _("decided")
    APPEALED = "appealed", _("appealed")
    CLOSED = "closed", _("closed")


class Ground(models.TextChoices):
    """What is wrong with something that members publish."""

    SPAM = "spam", _("spam or advertising")
    HARASSMENT = "harassment", _("harassment or threats")
    HATE = "hate", _("hatred against a group")
    SEXUAL = "sexual", _("sexual content")
    VIOLENCE = "violence", _("violence or gore")
    SELF_HARM = "self_harm", _("self-harm")
    STOLEN_ART = "stolen_art", _("somebody else's art")
    PERSONAL_DATA = "personal_data", _("somebody's personal data")
    OFF_TOPIC = "off_topic", _("off topic")
    OTHER = "other", _("something else")


class Decision(models.TextChoices):
    """What came of a case: something was done, nothing, or an appeal undid it."""

    UPHELD = "upheld", _("action taken")
    DISMISSED = "dismissed", _("no action taken")
    OVERTURNED = "overturned", _("overturned on appeal")


class ActionKind(models.TextChoices):
    """What a moderator can do in a case; the last two decide appeals."""

    DISMISS = "dismiss", _("dismiss")
    HIDE = "hide", _("hide")
    DELETE = "delete", _("delete")
    REQUEST_CHANGES = "request_changes", _("ask for changes")
    WARN = "warn", _("warn")
    SILENCE = "silence", _("silence")
    SUSPEND = "suspend", _("suspend")
    BAN = "ban", _("ban")
    UPHOLD = "uphold", _("uphold")
    OVERTURN = "overturn", _("overturn")


def target_column() -> models.CharField[object, str]:
    """Return a column that names the resource of a record."""
    return models.CharField(_("resource"), max_length=40)


def moderator_column(words: _StrPromise) -> models.ForeignKey[object, object]:
    """Return a column that names a moderator, or the product itself when it is empty."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=words,
    )


class ModerationCase(Record):
    """Something that waits for a moderator, or did: one case per target and kind at a time.

    `subject` is the member whose content it is. `scope` is what moderators of a part of the
    community see it by: `rooms/<id>`, `categories/<name>` or nothing. `content` is the target as it
    was when the case was opened or decided. Until its `revision` is no longer `harmless_revision`,
    further reports of the target open no other case. Deleted content is only hidden until
    `removes_at`, so that an appeal can bring it back.
    """

    kind = models.CharField(_("kind"), max_length=13, choices=CaseKind)
    target_resource = target_column()
    target_id = RecordIdField(verbose_name=_("record"))
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    scope = models.CharField(_("scope"), max_length=SCOPE_LENGTH, blank=True, default="")
    content = models.JSONField(_("content"), default=dict, blank=True, editable=False)
    appealed = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("case that was appealed"),
    )
    state = models.CharField(
        _("state"), max_length=8, choices=CaseState, default=CaseState.OPEN, editable=False
    )
    score = models.FloatField(_("score"), default=0, editable=False)
    report_count = models.PositiveIntegerField(_("reports"), default=0, editable=False)
    claimed_by = moderator_column(_("claimed by"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True, editable=False)
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, blank=True, default="", editable=False
    )
    ground = models.CharField(
        _("ground"), max_length=13, choices=Ground, blank=True, default="", editable=False
    )
    reason = models.TextField(_("reason"), max_length=2000, blank=True, editable=False)
    decided_by = moderator_column(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    harmless_revision = models.PositiveIntegerField(
        _("harmless at revision"), null=True, editable=False
    )
    removes_at = models.DateTimeField(_("is removed at"), null=True, editable=False)

    derived = frozenset({"score", "report_count"})

    class Meta:
        verbose_name = _("moderation case")
        verbose_name_plural = _("moderation cases")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["target_id", "target_resource", "kind"],
                condition=models.Q(state__in=("open", "claimed")),
                name="one_open_case",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=CaseKind.values), name="case_of_a_known_kind"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="case_newest"),
            models.Index(fields=["-score", "-id"], name="case_by_score"),
            models.Index(fields=["state", "-score", "-id"], name="case_by_state"),
            models.Index(fields=["target_id", "-created_at"], name="case_of_target"),
            models.Index(fields=["subject", "-created_at", "-id"], name="case_of_subject"),
            models.Index(fields=["scope", "state", "-score"], name="case_of_scope"),
            models.Index(
                fields=["removes_at"],
                condition=models.Q(removes_at__isnull=False),
                name="case_to_remove",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.target_resource}/{self.target_id}"

    @property
    def is_waiting(self) -> bool:
        """Return whether a moderator has still to decide."""
        return self.state in (CaseState.OPEN, CaseState.CLAIMED)


class CaseNote(Record):
    """What a moderator notes for the others; the member never reads it."""

    case = models.ForeignKey(
        ModerationCase, on_delete=models.CASCADE, related_name="notes", verbose_name=_("case")
    )
    author = moderator_column(_("author"))
    text = models.TextField(_("text"), max_length=4000)

    class Meta:
        verbose_name = _("note on a case")
        verbose_name_plural = _("notes on cases")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "created_at", "id"], name="note_of_case"),
            models.Index(fields=["created_at", "id"], name="note_oldest"),
        ]

    @override
    def __str__(self) -> str:
        return self.text[:60]


class CaseEvent(Record):
    """One step in the timeline of a case; `actor` is empty where the product took it."""

    class Kind(models.TextChoices):
        """What happened."""

        OPENED = "opened", _("opened")
        REPORTED = "reported", _("reported")
        JOINED = "joined", _("found once more")
        HIDDEN = "hidden", _("hidden for the time being")
        CLAIMED = "claimed", _("claimed")
        RELEASED = "released", _("released")
        DECIDED = "decided", _("decided")
        RESUBMITTED = "resubmitted", _("changed and handed in again")
        APPEALED = "appealed", _("appealed")
        UPHELD = "upheld", _("upheld on appeal")
        OVERTURNED = "overturned", _("overturned on appeal")
        REMOVED = "removed", _("deleted for good")

    case = models.ForeignKey(
        ModerationCase, on_delete=models.CASCADE, related_name="events", verbose_name=_("case")
    )
    kind = models.CharField(_("event"), max_length=11, choices=Kind)
    actor = moderator_column(_("by"))
    detail = models.JSONField(_("detail"), default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("event of a case")
        verbose_name_plural = _("events of cases")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "created_at", "id"], name="event_of_case"),
            models.Index(fields=["created_at", "id"], name="event_oldest"),
        ]

    @override
    def __str__(self) -> str:
        return self.get_kind_display()


class CaseAction(Record):
    """One thing that was done in a case: a line of the public moderation log.

    Everyone reads what was done, why in one word, and to what kind of record; whose it was, the
    content and the reason in full are read by that member and the moderators alone.
    """

    case = models.ForeignKey(
        ModerationCase,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("case"),
    )
    kind = models.CharField(_("action"), max_length=15, choices=ActionKind)
    target_resource = target_column()
    target_id = RecordIdField(verbose_name=_("record"), null=True)
    # Public lines stay when their member is erased, without whom they were about.
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    content = models.JSONField(_("content"), null=True, blank=True, editable=False)
    ground = models.CharField(
        _("ground"), max_length=13, choices=Ground, blank=True, default="", editable=False
    )
    reason = models.TextField(_("reason"), max_length=2000, blank=True, editable=False)
    moderator = moderator_column(_("moderator"))
    is_automatic = models.BooleanField(_("automatic"), default=False, editable=False)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True, editable=False)
    sanction = models.ForeignKey(
        "users.Sanction",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("sanction"),
    )

    class Meta:
        verbose_name = _("action of moderators")
        verbose_name_plural = _("moderation log")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="case_action_newest"),
            models.Index(fields=["kind", "-created_at", "-id"], name="case_action_of_kind"),
            models.Index(fields=["subject", "-created_at", "-id"], name="case_action_of_subject"),
            models.Index(fields=["target_id", "-created_at"], name="case_action_of_target"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.target_resource}"
