"""What an operator may be called: the rule of the API and of the command line."""

from __future__ import annotations

from partner_api.edge.wire.visible import visible_problem

MAX_NAME_CHARACTERS = 120


def name_problem(name: str) -> str | None:
    """Return what is wrong with a name; None when nothing is."""
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS:
        return f"Expected a name of 1 to {MAX_NAME_CHARACTERS} characters"
    if "\0" in name:
        return "A name cannot contain U+0000"
    return visible_problem(name)
