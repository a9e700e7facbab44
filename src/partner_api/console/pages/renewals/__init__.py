"""Renewals: what falls due by day and partner, what is past due, and what a sweep would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages.renewals import day, dry_run, overview

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ROUTES: Final[list[PageRoute]] = [
    route for module in (overview, dry_run, day) for route in module.pages.routes
]
