"""No query string and no form can make a page of the admin fail."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.apps import apps
from django.contrib.admin import site
from hypothesis import given
from hypothesis import strategies as st

from tests.client import Browser
from tests.fuzz.hostile import one_of, texts, wire_texts
from tests.fuzz.running import examples
from tests.fuzz.service import Sent

if TYPE_CHECKING:
    from tests.fuzz.conftest import World

KNOWN = ("p", "o", "q", "e", "all", "_facets", "_popup", "_to_field", "_changelist_filters")
LOOKUPS = (
    "",
    "__exact",
    "__in",
    "__gte",
    "__lt",
    "__isnull",
    "__contains",
    "__regex",
    "__id",
    "__x",
    "__pk",
    "__year",
    "__date",
    "__id__exact",
    "__username",
    "__from",
    "__to",
    "__range",
)
VALUES = ("1", "0", "a", "True", "None", "id", "-1.2", "1.2.3", "published", "<cards>", "<users>")
ACTIONS = (
    "",
    "delete_selected",
    "nothing",
    "publish",
    "hide",
    "approve",
    "lift",
    "sign_out",
    "erase",
)


@cache
def sites() -> list[tuple[str, list[str]]]:
    """Return the address of every model's pages and the names of its columns."""
    import_module("config.admin_urls")
    return [
        (
            f"/admin/{model._meta.app_label}/{model._meta.model_name}/",
            [column.name for column in model._meta.get_fields()],
        )
        for model in apps.get_models()
        if site.is_registered(model)
    ]


@st.composite
def queries(draw: st.DrawFn, columns: list[str]) -> bytes:
    """Return query strings of a list in the admin."""
    names = st.one_of(
        one_of(KNOWN),
        st.builds("{}{}".format, one_of(columns), one_of(LOOKUPS)),
        st.builds("{}__{}{}".format, one_of(columns), one_of(columns), one_of(LOOKUPS)),
        texts(),
    )
    name = names.map(lambda text: quote(text.encode("utf-8", "surrogatepass"), safe="").encode())
    pairs = draw(st.lists(st.tuples(name, wire_texts(*VALUES)), min_size=1, max_size=3))
    return b"&".join(name + b"=" + value for name, value in pairs)


@st.composite
def pages(draw: st.DrawFn) -> Sent:
    """Return requests for pages."""
    address, columns = draw(one_of(sites()))
    odd = texts("1", "<cards>", "<users>").map(
        lambda text: quote(text.encode("utf-8", "surrogatepass"), safe="")
    )
    ends = [
        "",
        "",
        "",
        "add/",
        "{}/change/",
        "{}/change/",
        "{}/history/",
        "{}/delete/",
        "{}/",
        "x/",
    ]
    path = address + draw(one_of(ends)).format(draw(odd))
    others = [
        "/admin/autocomplete/",
        "/admin/",
        "/admin/r/{}/{}/",
        "/admin/jsi18n/",
        "/admin/search/",
    ]
    if draw(st.integers(0, 5)) == 0:
        path = draw(one_of(others)).format(draw(odd), draw(odd))
        columns = ["app_label", "model_name", "field_name", "term", "page"]
    return Sent("GET", path, draw(queries(columns)))


@st.composite
def forms(draw: st.DrawFn) -> Sent:
    """Return forms as the admin's pages send them, with odd values."""
    address, columns = draw(one_of(sites()))
    end = draw(
        st.sampled_from(["", "add/", "<cards>/change/", "<users>/change/", "<templates>/change/"])
    )
    name = one_of(
        [
            *columns,
            "action",
            "_selected_action",
            "_save",
            "_continue",
            "post",
            "select_across",
            "index",
            "form-TOTAL_FORMS",
            "form-INITIAL_FORMS",
            "created_at_0",
            "created_at_1",
            "until_0",
            "until_1",
            "versions-TOTAL_FORMS",
            "versions-INITIAL_FORMS",
        ]
    )
    pairs = draw(
        st.lists(st.tuples(name.map(str.encode), wire_texts(*VALUES, *ACTIONS)), max_size=8)
    )
    if not end:
        pairs += [
            (b"action", draw(st.sampled_from(ACTIONS)).encode()),
            (b"_selected_action", b"<cards>"),
        ]
    body = b"&".join(name + b"=" + value for name, value in pairs)
    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    return Sent("POST", address + end, b"", headers, (body,))


def signed_in_cookie(world: World) -> bytes:
    """Return the cookie of an admin, who is let in anew if they have been signed out."""
    browser = Browser()
    user = world.people["admin"].user
    assert user is not None
    browser.force_login(user)
    return f"sessionid={browser.cookies['sessionid'].value}; csrftoken={'a' * 32}".encode()


@given(sent=pages())
@examples(30)
def test_no_query_string_makes_a_page_of_the_admin_fail(world: World, sent: Sent) -> None:
    world.ask(sent.with_header(b"cookie", signed_in_cookie(world)))


@given(sent=forms())
@examples(30)
def test_no_form_makes_a_page_of_the_admin_fail(world: World, sent: Sent) -> None:
    signed_in = sent.with_header(b"cookie", signed_in_cookie(world))
    world.ask(signed_in.with_header(b"x-csrftoken", b"a" * 32))
