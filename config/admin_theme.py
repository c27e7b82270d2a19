"""How the admin looks, and the pages that it has beyond those of models (django-unfold)."""

from django.templatetags.static import static

THEME: dict[str, object] = {
    "SITE_TITLE": "Holobase",
    "SITE_HEADER": "Holobase",
    "SITE_SYMBOL": "playing_cards",
    "SHOW_HISTORY": True,
    "STYLES": [lambda _request: static("community/admin/words.css")],
    "SITE_VIEWS": [
        ("moderation/queue/", "moderation_queue", "community.admin.queue.QueueView"),
        ("moderation/cases/<uuid:case_id>/", "moderation_case", "community.admin.queue.CaseView"),
        ("doctor/", "doctor", "config.doctor.page.DoctorView"),
        ("profile/", "profile", "config.profiler.ProfileView"),
    ],
    "DASHBOARD_CALLBACK": "community.admin.dashboard.dashboard",
    "SIDEBAR": {"navigation": "community.admin.navigation.navigation"},
    "COLORS": {
        "primary": {
            "50": "#f5f3ff",
            "100": "#ede9fe",
            "200": "#ddd6fe",
            "300": "#c4b5fd",
            "400": "#a78bfa",
            "500": "#8b5cf6",
            "600": "#7c3aed",
            "700": "#6d28d9",
            "800": "#5b21b6",
            "900": "#4c1d95",
            "950": "#2e1065",
        }
    },
}
