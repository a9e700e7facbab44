"""Links from an id to the page of what it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from partner_api.console.components.text import identifier

if TYPE_CHECKING:
    import htpy as h

_PAGES: Final = {
    "org": "/console/organizations",
    "sa": "/console/leases",
    "pool": "/console/pool",
    "lreq": "/console/lease-requests",
    "job": "/console/jobs",
}
# Ids whose page depends on whose they are: the search knows it.
_SEARCHED: Final = frozenset({"prj", "key", "cnt", "txn", "evt", "opr"})
_ID: Final = re.compile(r"([a-z]{2,4})_[0-9A-Za-z-]{26,36}", re.ASCII)


def address_of(text: str) -> str | None:
    """Return the address of the page of an id; None for what is no id, or has no page."""
    match = _ID.fullmatch(text)
    if match is None:
        return None
    if (page := _PAGES.get(match[1])) is not None:
        return f"{page}/{text}"
    if match[1] == "req":
        return f"/console/audit?{urlencode({'requestId': text})}"
    if match[1] in _SEARCHED:
        return f"/console/search?{urlencode({'q': text})}"
    return None


def thing(text: str | None) -> h.Node:
    """Return an id, with a link to the page of what it names if there is one."""
    return identifier(text, address_of(text) if text else None)
