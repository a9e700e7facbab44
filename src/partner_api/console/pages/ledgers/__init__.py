"""Why was I charged? The two ledgers, row by row, and the refunds of their charges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages.ledgers import cash, credits

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ROUTES: Final[list[PageRoute]] = [*credits.pages.routes, *cash.pages.routes]
