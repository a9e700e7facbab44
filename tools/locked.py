"""Prints the lines of the lock files that an image needs: of the server with some of its extras, or of its build.

``python tools/locked.py server s3 redis`` and ``python tools/locked.py build``. Needs nothing but Python, because it
runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
_USAGE = "usage: python tools/locked.py (server [EXTRA…] | build)"


class Locked(NamedTuple):
    """One package of a lock file."""

    text: str
    """Its lines: name, version and hashes, once for each version if that depends on the system."""
    needed_by: frozenset[str]
    """The packages that the resolver took it for."""


def packages(lock: str) -> dict[str, Locked]:
    """Read the text of a lock file: its packages by their names."""
    found: dict[str, Locked] = {}
    for text in re.split(r"^(?=\S)", lock, flags=re.MULTILINE):
        name = re.match(r"[a-z0-9.-]+", text)
        if name is not None:
            via = re.search(r"^ +# via (.+)$", text, re.MULTILINE)
            needed_by = frozenset() if via is None else frozenset(via[1].split(", "))
            before = found.get(name[0], Locked("", frozenset()))
            found[name[0]] = Locked(before.text + text, before.needed_by | needed_by)
    return found


def closure(locked: dict[str, Locked], requirements: Iterable[str]) -> dict[str, str]:
    """Return the lines of the packages that these requirements name, and of all that those need."""
    wanted = set(map(_name, requirements))
    while more := {
        name
        for name, package in locked.items()
        if name not in wanted and package.needed_by & wanted
    }:
        wanted |= more
    return {name: package.text for name, package in locked.items() if name in wanted}


def lines_for(wanted: list[str]) -> str:
    """Return the lines that pip is to install with hashes.

    Args:
        wanted: ``build``, or ``server`` and the names of extras.

    Raises:
        ValueError: it is neither, or there is no such extra; the sentence says so.
    """
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locked = packages((ROOT / "requirements.lock").read_text("utf-8"))
    extras = declared["project"]["optional-dependencies"]
    match wanted:
        case ["build"]:
            lines = closure(locked, declared["dependency-groups"]["build"])
        case ["server", *names]:
            unknown = sorted(set(names) - extras.keys())
            if unknown:
                raise ValueError(f"no extra {', '.join(unknown)}; there are {', '.join(extras)}")
            lines = closure(locked, declared["project"]["dependencies"])
            # That for tests has the extras, in the same versions.
            with_extras = packages((ROOT / "requirements-dev.lock").read_text("utf-8"))
            for name in names:
                lines |= closure(with_extras, extras[name])
        case _:
            raise ValueError(_USAGE)
    return "".join(lines[name] for name in sorted(lines))


def _name(requirement: str) -> str:
    """Return the name of a requirement, written as lock files write it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None  # noqa: S101 - pip would have refused the project
    return re.sub(r"[._-]+", "-", name[0]).lower()


if __name__ == "__main__":
    try:
        print(lines_for(sys.argv[1:]), end="")
    except ValueError as error:
        sys.exit(f"locked: {error}")
