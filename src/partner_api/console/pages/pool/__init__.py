"""The pool of warmed accounts: the list, adding and importing, one account and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages.pool import accounts, detail, importing

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ROUTES: Final[list[PageRoute]] = [
    route for module in (accounts, importing, detail) for route in module.pages.routes
]
