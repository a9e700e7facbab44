"""The pages of the console, one module for each thing that operators know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.pages import (
    audit,
    books,
    jobs,
    lease_requests,
    leases,
    ledgers,
    operators,
    organizations,
    pool,
    renewals,
    search,
    sessions,
    today,
    webhooks,
)

if TYPE_CHECKING:
    from partner_api.console.declare import PageRoute

ALL_PAGES: Final[list[PageRoute]] = [
    *lease_requests.pages.routes,
    *search.pages.routes,
    *audit.pages.routes,
    *leases.ROUTES,
    *today.pages.routes,
    *books.pages.routes,
    *organizations.ROUTES,
    *ledgers.ROUTES,
    *pool.ROUTES,
    *renewals.ROUTES,
    *jobs.ROUTES,
    *webhooks.ROUTES,
    *operators.pages.routes,
    *sessions.pages.routes,
]
