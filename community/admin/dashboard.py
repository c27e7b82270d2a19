"""The admin's first page: what waits for a moderator, and how the community does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.admin.case_kinds import KINDS
from community.models import ModerationCase
from community.selectors.metrics import recent_figures
from community.selectors.queue import waiting_cases
from resources.admin.records import is_moderating, is_scoped
from templates_app.models import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.http import HttpRequest

    from community.selectors.metrics import DayFigures

type Figure = Callable[[DayFigures], float | None]
type Series = tuple[str, Figure, str]

WEEK = 7
STRONG, MILD = "var(--color-primary-600)", "var(--color-primary-300)"
GREY = "#9ca3af"
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of the month; `most` is where its scale ends at least."""

    title: str
    kind: str
    series: Sequence[Series]
    most: int | None = None


def dashboard(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    """Add to the first page of moderators what they look at there."""
    if is_scoped(request):
        return {**context, "title": _("Overview"), "waiting": list(_waiting_cases(request))}
    if not is_moderating(request):
        return context
    figures = recent_figures()
    return {
        **context,
        "title": _("Overview"),
        "waiting": [*_waiting_cases(request), _waiting_templates()],
        "tiles": list(_tiles(figures)),
        "charts": list(_charts(figures)),
        "table": _table(figures),
    }


def _waiting_cases(request: HttpRequest) -> Iterator[dict[str, object]]:
    cases = waiting_cases(admin.site.get_model_admin(ModerationCase).get_queryset(request))
    counts = dict(cases.order_by().values_list("kind").annotate(Count("pk")))
    queue = reverse("admin:moderation_queue")
    for kind, words in KINDS:
        yield {"count": counts.get(kind, 0), "words": words, "address": f"{queue}?kind={kind}"}


def _waiting_templates() -> dict[str, object]:
    submitted = Template.objects.filter(state=Template.State.SUBMITTED).count()
    address = reverse("admin:card_templates_template_changelist")
    return {
        "count": submitted,
        "words": ngettext("Template to review", "Templates to review", submitted),
        "address": f"{address}?state__exact={Template.State.SUBMITTED}",
    }


def _tiles(figures: Sequence[DayFigures]) -> Iterator[dict[str, str]]:
    """Return the week's numbers, each beside that of the week before."""
    now, before = figures[-WEEK:], figures[-2 * WEEK : -WEEK]
    weekly: Sequence[tuple[str, Callable[[Sequence[DayFigures]], str]]] = (
        (_("Active today"), lambda week: _whole(week[-1].active)),
        (_("In 30 days"), lambda week: _whole(week[-1].active_month)),
        (_("Mean visit"), lambda week: _minutes(_mean(week, lambda d: d.session_seconds))),
        (_("New cards"), lambda week: _whole(sum(day.cards for day in week))),
        (_("Published"), lambda week: _percent(_completion(week))),
        (_("Template uses"), lambda week: _whole(sum(day.template_uses for day in week))),
        (_("Mean rating"), lambda week: _stars(_rating(week))),
    )
    for words, number in weekly:
        yield {"words": words, "number": number(now), "before": number(before)}


def _charts(figures: Sequence[DayFigures]) -> Iterator[dict[str, str]]:
    for chart in _chosen_charts():
        yield {
            "title": chart.title,
            "kind": chart.kind,
            "data": _chart(figures, chart.series),
            "options": _options(chart),
        }


def _chosen_charts() -> Sequence[Chart]:
    return (
        Chart(
            _("Active members"),
            "line",
            (
                (_("In a day"), lambda day: day.active, STRONG),
                (_("In 30 days"), lambda day: day.active_month, MILD),
            ),
        ),
        Chart(
            _("Cards a day"),
            "bar",
            (
                (_("Published"), lambda day: day.published, STRONG),
                (_("Created"), lambda day: day.cards, MILD),
            ),
        ),
        Chart(
            _("Completion rate, in percent"),
            "line",
            ((_("Percent"), lambda day: _rounded(day.completion, 0.01), STRONG),),
            most=100,
        ),
        Chart(
            _("Length of visits, in minutes"),
            "line",
            ((_("Minutes"), lambda day: _rounded(day.session_seconds, 60), STRONG),),
        ),
        Chart(_("Template uses"), "bar", ((_("Uses"), lambda day: day.template_uses, STRONG),)),
        Chart(
            _("Mean rating of templates"),
            "line",
            ((_("Stars"), lambda day: day.rating, STRONG),),
            most=5,
        ),
    )


def _chart(figures: Sequence[DayFigures], series: Sequence[Series]) -> str:
    """Return what Chart.js draws, as the theme's component takes it."""
    datasets = [
        {
            "label": words,
            "data": [figure(day) for day in figures],
            "borderColor": colour,
            "backgroundColor": colour,
        }
        for words, figure, colour in series
    ]
    labels = [f"{day.day.month}/{day.day.day}" for day in figures]
    return json.dumps({"labels": labels, "datasets": datasets})


def _options(chart: Chart) -> str:
    """Return how Chart.js draws it: from zero, in the theme's greys, without movement."""
    ticks = {"color": GREY, "precision": 0, "maxTicksLimit": 6}
    y_axis = {"beginAtZero": True, "suggestedMax": chart.most, "ticks": ticks}
    x_axis = {"ticks": {"color": GREY, "maxTicksLimit": 7, "maxRotation": 0}}
    legend = {"align": "end", "labels": {"color": GREY, "boxWidth": 8, "boxHeight": 8}}
    return json.dumps(
        {
            "animation": False,
            "maintainAspectRatio": False,
            "spanGaps": True,
            "grouped": False,
            "datasets": {"line": {"borderWidth": 2}},
            "maxBarThickness": 8,
            "elements": {"point": {"radius": 1.5, "hitRadius": 8}},
            "interaction": {"mode": "index", "intersect": False},
            "plugins": {"legend": {**legend, "display": len(chart.series) > 1}},
            "scales": {
                "x": {**x_axis, "grid": {"display": False}},
                "y": {**y_axis, "grid": {"drawTicks": False}, "border": {"display": False}},
            },
        }
    )


def _table(figures: Sequence[DayFigures]) -> dict[str, object]:
    """Return the same figures to be read: charts are drawn on a canvas."""
    headers = [
        _("Day"),
        _("Active"),
        _("In 30 days"),
        _("Mean visit"),
        _("New members"),
        _("New cards"),
        _("Published"),
        _("Template uses"),
        _("Ratings"),
        _("Mean rating"),
    ]
    return {"headers": headers, "rows": [_row(day) for day in reversed(figures)]}


def _row(day: DayFigures) -> list[str]:
    return [
        date_format(day.day, "SHORT_DATE_FORMAT"),
        _whole(day.active),
        _whole(day.active_month),
        _minutes(day.session_seconds),
        _whole(day.members),
        _whole(day.cards),
        _percent(day.completion),
        _whole(day.template_uses),
        _whole(day.ratings),
        _stars(day.rating),
    ]


def _completion(week: Sequence[DayFigures]) -> float | None:
    created = sum(day.cards for day in week)
    return sum(day.published for day in week) / created if created else None


def _rating(week: Sequence[DayFigures]) -> float | None:
    given = sum(day.ratings for day in week)
    return sum((day.rating or 0) * day.ratings for day in week) / given if given else None


def _mean(week: Sequence[DayFigures], figure: Figure) -> float | None:
    known = [value for day in week if (value := figure(day)) is not None]
    return sum(known) / len(known) if known else None


def _rounded(value: float | None, unit: float) -> float | None:
    return None if value is None else round(value / unit, 1)


def _whole(number: int) -> str:
    return f"{number:,}"


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    return _("%(minutes)s min") % {"minutes": round(seconds / 60)}


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.0%}"


def _stars(mean: float | None) -> str:
    return NOTHING if mean is None else f"{mean:.1f} ★"
