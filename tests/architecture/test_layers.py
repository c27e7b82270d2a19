"""The contract on imports knows every package, so that none can grow outside the layers."""

import tomllib
from typing import Any

from tests.architecture.sources import ROOT, all_sources


def test_a_contributor_cannot_add_a_package_outside_the_layers() -> None:
    packages = {
        source.name.split("/")[0] for source in all_sources() if source.name.count("/") >= 1
    } - {"tests"}

    assert set(_contracts()["root_packages"]) == packages
    assert _layers("Imports go down only") == set(_contracts()["root_packages"])


def test_a_contributor_cannot_leave_an_app_out_of_the_inner_layers() -> None:
    settings = _contracts()
    inner = next(
        one for one in settings["contracts"] if one["type"] == "layers" and one.get("containers")
    )

    assert set(inner["containers"]) == set(settings["root_packages"]) - {
        "bench",
        "chaos",
        "config",
        "demo",
        "realtime",
        "resources",
        "server",
    }
    assert inner["exhaustive"] is True


def _contracts() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def _layers(name: str) -> set[str]:
    contract = next(one for one in _contracts()["contracts"] if one["name"] == name)
    return {name for layer in contract["layers"] for name in layer.split(" | ")}
