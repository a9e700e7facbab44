"""What an operator may be called, and where a link signs one in: the rules of the API and of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.edge.wire.visible import visible_problem

if TYPE_CHECKING:
    from partner_api.edge.identity.credentials import SignInLinkCredential

MAX_NAME_CHARACTERS = 120


def link_path(link: SignInLinkCredential) -> str:
    """Return the address of a one-time link, on whatever host the server has."""
    return f"/console/sign-in/{link.text}"


def name_problem(name: str) -> str | None:
    """Return what is wrong with a name; None when nothing is."""
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS:
        return f"Expected a name of 1 to {MAX_NAME_CHARACTERS} characters"
    if "\0" in name:
        return "A name cannot contain U+0000"
    return visible_problem(name)
