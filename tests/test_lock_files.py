"""The lock files are what `make lock` would write: nothing that was declared since is missing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from layers_partner.version import VERSION

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LIBRARY = tomllib.loads((ROOT / "sdk/python/pyproject.toml").read_text())
# The client library is a folder of this repository, and `make` installs it from there: no file of it is fetched, so
# there is none whose hash could be locked. What it needs itself is fetched, and locked.
OURS = frozenset({"layers-partner"})


def locked(name: str) -> dict[str, Requirement]:
    """What a lock file pins, by name."""
    pins: dict[str, Requirement] = {}
    for line in (ROOT / name).read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            pin = Requirement(line.removesuffix("\\"))
            pins[canonicalize_name(pin.name)] = pin
    return pins


@pytest.mark.parametrize(
    ("lock", "groups"),
    [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev"])],
)
def test_every_dependency_is_locked_as_it_is_declared(lock: str, groups: list[str]) -> None:
    declared = [
        Requirement(text)
        for text in (
            *PROJECT["project"]["dependencies"],
            *LIBRARY["project"]["dependencies"],
            *(one for group in groups for one in PROJECT["dependency-groups"][group]),
        )
    ]
    assert len(declared) > 10
    pins = locked(lock)
    for requirement in declared:
        if requirement.name in OURS:
            continue
        pin = pins[canonicalize_name(requirement.name)]
        (version,) = pin.specifier
        assert requirement.specifier.contains(version.version, prereleases=True), pin
        # One that another package wants on some systems only has a marker, and ours then needs none.
        assert (pin.marker is None) == (requirement.marker is None), pin


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_what_is_of_this_repository_is_installed_from_it_and_never_fetched(lock: str) -> None:
    assert LIBRARY["project"]["name"] in OURS
    assert not OURS & locked(lock).keys()
    (wanted,) = [
        requirement
        for requirement in map(Requirement, PROJECT["project"]["dependencies"])
        if requirement.name in OURS
    ]
    # pip is told not to look at dependencies when it installs the two, so nothing else would.
    assert wanted.specifier.contains(VERSION)
    (folder,) = {source["path"] for source in PROJECT["tool"]["uv"]["sources"].values()}
    assert ROOT / folder / "pyproject.toml" == ROOT / "sdk/python/pyproject.toml"
