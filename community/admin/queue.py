"""The moderators' queue in the admin: one list of cases by priority, and a page for each.

Whatever is done here is an action of the API, run as the moderator: with its rules, its services
and its refusals, which become messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from cards.admin.card_face import CARD_FACE_MEDIA
from community.admin.case_content import case_content
from community.admin.case_kinds import KINDS
from community.admin.cases import case_address, summary_of
from community.admin.decisions import CHOICES, choices_of, decide, periods
from community.models import Appeal, CaseKind, CaseNote, Ground, ModerationCase
from community.selectors.case_history import member_history
from community.selectors.queue import decidable_cases, next_case, waiting_cases
from community.services.cases import lock_cases
from resources.admin.acts import create, refusals_told, take_action
from resources.admin.history import record_id
from resources.admin.records import acting, is_moderating, is_scoped

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PAGE = 50
SKIPPED = "moderation.skipped"
CLAIM, RELEASE = ("PUT", "claim"), ("DELETE", "claim")


class ModerationView(View):
    """A page of the admin for moderators alone, those of one room or category among them."""

    admin_site: AdminSite | None = None

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not (is_moderating(request) or is_scoped(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def page(self, template: str, title: object, **context: object) -> HttpResponseBase:
        """Return a page of the admin."""
        shared = admin.site.each_context(self.request)
        content = {**shared, "title": title, "media": CARD_FACE_MEDIA, **context}
        return TemplateResponse(self.request, f"community/admin/{template}", content)

    def cases(self) -> QuerySet[ModerationCase]:
        """Return the cases that the moderator may look at."""
        pages = admin.site.get_model_admin(ModerationCase)
        found: QuerySet[ModerationCase] = pages.get_queryset(self.request)
        return found

    def follow(self, *, skip: ModerationCase | None = None) -> HttpResponseBase:
        """Claim the next case and show it; without one, show the queue."""
        request = self.request
        skipped = [*request.session.get(SKIPPED, ()), *([str(skip.pk)] if skip else ())]
        request.session[SKIPPED] = skipped
        found = next_case(self.cases(), acting(request), skipped=skipped)
        if found is None:
            messages.info(request, _("Nothing else waits for you."))
            return HttpResponseRedirect(reverse("admin:moderation_queue"))
        with refusals_told(request):
            take_action(request, found, CLAIM)
        return HttpResponseRedirect(case_address(found))


class QueueView(ModerationView):
    """The queue: what waits, by priority, to be begun or decided together."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the queue, narrowed by kind if asked for."""
        request.session.pop(SKIPPED, None)
        kind = request.GET.get("kind", "")
        waiting = waiting_cases(self.cases())
        shown = waiting.filter(kind=kind) if kind in CaseKind.values else waiting
        counts = dict(waiting.order_by().values_list("kind").annotate(Count("pk")))
        kinds = [(value, label, counts.get(value, 0)) for value, label in KINDS]
        listed = Paginator(shown, PAGE).get_page(request.GET.get("p"))
        return self.page(
            "queue.html",
            _("Queue"),
            kind=kind,
            kinds=kinds,
            total=sum(counts.values()),
            listed=listed,
            rows=[(case, summary_of(case)) for case in listed],
            mine=set(decidable_cases(self.cases(), acting(request)).values_list("pk", flat=True)),
            choices=[CHOICES[name] for name in ("dismiss", "hide", "delete")],
            grounds=Ground.choices,
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Begin with the first case, or decide all that are ticked, or none of them."""
        if "next" in request.POST:
            return self.follow()
        sent = (record_id(one) for one in request.POST.getlist("case"))
        chosen = list(waiting_cases(self.cases()).filter(pk__in=[one for one in sent if one]))
        with refusals_told(request):
            lock_cases([case.pk for case in chosen])
            for case in chosen:
                take_action(request, case, CLAIM)
                decide(request, case)
            count = len(chosen)
            done = ngettext("%(count)d case decided.", "%(count)d cases decided.", count)
            messages.success(request, done % {"count": count})
        return HttpResponseRedirect(request.get_full_path())


class CaseView(ModerationView):
    """One case: what it is about, who says what of it, whose it is, and the decision."""

    def get(self, request: HttpRequest, case_id: UUID) -> HttpResponseBase:
        """Show the case."""
        case = self._case(case_id)
        by = acting(request)
        decidable = decidable_cases(self.cases(), by)
        content = case_content(case)
        # What goes beyond their room or category is not for moderators of one.
        is_whole = is_moderating(request)
        is_decidable = decidable.filter(pk=case.pk).exists()
        return self.page(
            "case.html",
            case.get_kind_display(),
            case=case,
            content=content,
            revision=content.record.revision if content.record else "",
            reports=case.reports.select_related("reporter").order_by("-weight", "created_at"),
            notes=case.notes.select_related("author").order_by("created_at"),
            events=case.events.select_related("actor").order_by("created_at", "id"),
            actions=case.actions.select_related("moderator").order_by("created_at"),
            appeal=Appeal.objects.select_related("author").filter(review=case).first(),
            history=member_history(case.subject) if is_whole and case.subject else None,
            is_whole=is_whole,
            choices=choices_of(case, content.record, by=by) if is_decidable else (),
            is_mine=case.claimed_by_id == by.id,
            periods=periods(),
            grounds=Ground.choices,
            left=decidable.exclude(pk=case.pk).count(),
        )

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponseBase:
        """Claim, leave, skip, note or decide; after a decision the next case comes by itself."""
        case = self._case(case_id)
        match request.POST.get("act"):
            case "skip":
                return self._skip(case)
            case "decide":
                return self._decide(case)
        with refusals_told(request):
            match request.POST.get("act"):
                case "claim":
                    take_action(request, case, CLAIM, if_match=request.POST.get("tag", ""))
                case "release":
                    take_action(request, case, RELEASE)
                case "note":
                    text = request.POST.get("text", "")
                    create(request, CaseNote, {"case": str(case.pk), "text": text})
        return HttpResponseRedirect(case_address(case))

    def _case(self, case_id: UUID) -> ModerationCase:
        found = self.cases().select_related("subject", "claimed_by", "decided_by", "appealed")
        case = found.filter(pk=case_id).first()
        if case is None:
            raise Http404
        return case

    def _skip(self, case: ModerationCase) -> HttpResponseBase:
        """Leave a case to the others and go on."""
        if case.claimed_by_id == acting(self.request).id:
            with refusals_told(self.request):
                take_action(self.request, case, RELEASE)
        return self.follow(skip=case)

    def _decide(self, case: ModerationCase) -> HttpResponseBase:
        is_done = False
        with refusals_told(self.request):
            decide(self.request, case)
            is_done = True
        if not is_done:
            return HttpResponseRedirect(case_address(case))
        messages.success(self.request, _("Decided. This is the next case."))
        return self.follow()
