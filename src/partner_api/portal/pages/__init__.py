"""The pages of the portal, one module for each thing that an organization has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.portal.pages import jobs, leases, ledger, overview, payments, webhooks

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ALL_PAGES: Final[list[PageRoute]] = [
    *overview.pages.routes,
    *ledger.pages.routes,
    *jobs.pages.routes,
    *leases.pages.routes,
    *payments.pages.routes,
    *webhooks.pages.routes,
]
