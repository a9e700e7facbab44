"""Leases of all partners: the list, one of them, and what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages.leases import actions, detail, lists

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ROUTES: Final[list[PageRoute]] = [
    route for module in (lists, detail, actions) for route in module.pages.routes
]
