"""Jobs: what waits, what runs where, what failed and why, and what a finished one has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages.jobs import lists, one

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ROUTES: Final[list[PageRoute]] = [*lists.pages.routes, *one.pages.routes]
