"""What the queue calls the kinds of its cases."""

from django.utils.translation import gettext_lazy as _

from community.models import CaseKind

KINDS = (
    (CaseKind.REPORT, _("Reports")),
    (CaseKind.HELD, _("Held back")),
    (CaseKind.DUPLICATE_ART, _("Duplicate art")),
    (CaseKind.APPEAL, _("Appeals")),
)
