"""Holobase is Apache-2.0, which the licence of nothing that it is deployed with forbids."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from tests.architecture.sources import ROOT

# Free to use from a program of any licence. LGPL and MPL bind changes to their own files only, the
# OFL is for fonts, and "any-OSI" leaves the choice among all open-source licences to the user.
FREE = re.compile(
    r"any-OSI|Apache|BSD|ISC|LGPL|Lesser General Public|MIT|MPL|Mozilla|OFL|PSF|Python Software"
    r"|Unlicense",
    re.IGNORECASE,
)
BINDING = re.compile(
    r"(?<!L)GPL|(?<!Lesser )General Public|AGPL|SSPL|BUSL|Commons Clause|Proprietary"
)
REQUIRED = re.compile(r"^([\w.-]+)")


def test_no_dependency_forbids_the_licence() -> None:
    licences = {one.name: _licence(one) for one in _deployed()}

    assert len(licences) > 50, "the dependencies of dependencies count, too"
    assert {name: said for name, said in licences.items() if not FREE.search(said)} == {}
    assert {name: said for name, said in licences.items() if BINDING.search(said)} == {}


def test_the_licence_is_the_one_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["license"] == "Apache-2.0"
    assert (
        "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()
    )


def _deployed() -> Iterator[Distribution]:
    """Yield every installed distribution that the project's dependencies lead to."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting, seen = list(project["dependencies"]), set[str]()
    while waiting:
        name = _name(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # of another platform or an extra that nobody asked for
        waiting += found.requires or ()
        yield found


def _name(requirement: str) -> str:
    found = REQUIRED.match(requirement)
    assert found, requirement
    return found[1].lower().replace("_", "-")


def _licence(found: Distribution) -> str:
    """Return what a distribution says of its licence: an SPDX expression, or older fields.

    Of one that says nothing it is the first line of the licence that comes along.
    """
    said = found.metadata.json
    classifiers = [str(one) for one in said.get("classifier", []) if str(one).startswith("License")]
    older = str(said.get("license", "")).split("\n", maxsplit=1)[0]
    told = " ".join([str(said.get("license_expression", "")) or older, *classifiers])
    return told or _first_line_of_licence(found)


def _first_line_of_licence(found: Distribution) -> str:
    for name in found.metadata.get_all("License-File") or ():
        text = found.read_text(f"licenses/{name}") or found.read_text(name) or ""
        return text.split("\n", maxsplit=1)[0]
    return ""
