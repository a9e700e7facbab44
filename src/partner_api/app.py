"""The HTTP application: all routes behind the edge."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from itertools import chain
from typing import TYPE_CHECKING

from partner_api.api_keys import child_routes as children_keys
from partner_api.api_keys import routes as api_keys
from partner_api.audit import routes as audit
from partner_api.cash import routes as cash
from partner_api.clock import Clock
from partner_api.console import routes as console
from partner_api.content import routes as content_routes
from partner_api.credits import reservation_routes as reservations
from partner_api.credits import routes as credits
from partner_api.database.notifications import Listener
from partner_api.edge.application import Application
from partner_api.edge.asgi import Edge
from partner_api.edge.declare import Routes
from partner_api.edge.route import Route
from partner_api.events import routes as events
from partner_api.health import routes as health
from partner_api.installation import open_installation
from partner_api.jobs import routes as jobs
from partner_api.lease_requests import routes as lease_requests
from partner_api.leases import routes as leases
from partner_api.ops.api_keys import routes as ops_api_keys
from partner_api.ops.assets import routes as ops_assets
from partner_api.ops.audit import routes as ops_audit
from partner_api.ops.cash import event_routes as ops_cash_events
from partner_api.ops.cash import routes as ops_cash
from partner_api.ops.clock import routes as ops_clock
from partner_api.ops.credits import event_routes as ops_credit_events
from partner_api.ops.credits import routes as ops_credits
from partner_api.ops.daily_totals import routes as ops_daily_totals
from partner_api.ops.jobs import bulk_routes as ops_bulk_reports
from partner_api.ops.jobs import claim_routes as ops_claims
from partner_api.ops.jobs import routes as ops_jobs
from partner_api.ops.jobs import summary_routes as ops_jobs_summary
from partner_api.ops.lease_requests import routes as ops_lease_requests
from partner_api.ops.lease_requests import summary_routes as ops_lease_requests_summary
from partner_api.ops.leases import routes as ops_leases
from partner_api.ops.operators import routes as ops_operators
from partner_api.ops.operators import session_routes as ops_sessions
from partner_api.ops.organizations import routes as ops_organizations
from partner_api.ops.pool import history_routes as ops_pool_history
from partner_api.ops.pool import routes as ops_pool
from partner_api.ops.projects import routes as ops_projects
from partner_api.ops.reconciliation import routes as ops_reconciliation
from partner_api.ops.renewals import calendar_routes as ops_renewal_days
from partner_api.ops.renewals import cover_routes, past_due_routes
from partner_api.ops.renewals import routes as ops_renewals
from partner_api.ops.search import routes as ops_search
from partner_api.ops.webhooks import routes as ops_webhooks
from partner_api.organizations import routes as organizations
from partner_api.portal import routes as portal
from partner_api.portal_sessions import routes as portal_sessions
from partner_api.projects import routes as projects
from partner_api.reference import routes as reference
from partner_api.rehearsal.installation import following_installation, stop_this_process
from partner_api.services import Services, open_services
from partner_api.settings.table import Settings, load_settings
from partner_api.social_accounts import routes as social_accounts
from partner_api.storage import routes as files
from partner_api.webhooks import delivery_routes, endpoint_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from partner_api.installation import Installation

ROUTES: tuple[Routes, ...] = (
    api_keys.routes,
    children_keys.routes,
    organizations.routes,
    credits.routes,
    reservations.routes,
    cash.routes,
    leases.routes,
    lease_requests.routes,
    social_accounts.routes,
    projects.routes,
    jobs.routes,
    content_routes.routes,
    audit.routes,
    endpoint_routes.routes,
    delivery_routes.routes,
    events.routes,
    portal_sessions.routes,
    ops_organizations.routes,
    ops_api_keys.routes,
    ops_credit_events.routes,
    ops_projects.routes,
    ops_credits.routes,
    ops_cash_events.routes,
    ops_cash.routes,
    ops_pool.routes,
    ops_pool_history.routes,
    ops_lease_requests.routes,
    ops_leases.routes,
    ops_renewals.routes,
    ops_renewal_days.routes,
    ops_operators.routes,
    ops_sessions.routes,
    ops_jobs.routes,
    ops_claims.routes,
    ops_bulk_reports.routes,
    ops_reconciliation.routes,
    ops_daily_totals.routes,
    ops_lease_requests_summary.routes,
    ops_jobs_summary.routes,
    cover_routes.routes,
    past_due_routes.routes,
    ops_assets.routes,
    ops_clock.routes,
    ops_webhooks.routes,
    ops_search.routes,
    ops_audit.routes,
    files.routes,
    health.routes,
)


def create_app(
    settings: Settings | None = None,
    features: Iterable[Routes] = ROUTES,
    *,
    installation: Installation | None = None,
    run_folder: Path | None = None,
    on_production: Callable[[], None] = stop_this_process,
) -> Edge:
    """Create the ASGI application; it opens the database when it starts and closes it at the end.

    Args:
        settings: without them, the environment is read.
        features: the routes to serve, beside the reference.
        installation: without it, it is looked up when the application starts.
        run_folder: where the supervisor of this process writes the state of all parts, if it has one.
        on_production: called once when this serves in development mode and the database turns out
            to be production's. From then on every request gets UNAVAILABLE, and the process must end.

    Raises:
        SettingsError: the environment has something unusable.
        TypeError: a route does not say who may use it.
    """
    settings = settings or load_settings(os.environ)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        location, secret_keys = installation or open_installation(settings)
        services = await open_services(
            settings, Clock(), secret_keys, location.application_url, run_folder
        )
        try:
            async with _background(services, on_production):
                edge.services = services
                yield
        finally:
            edge.services = None
            await services.pool.close()
            await services.rate_limits.close()

    described = list(chain.from_iterable(features))
    for route in described:
        if not isinstance(route, Route):
            raise TypeError(f"{route} does not say who may use it")
    routes = [
        *described,
        *reference.reference_routes(described),
        *console.console_routes(described),
        *portal.portal_routes(described),
    ]
    refusals = {console.PREFIX: console.error_page, portal.PREFIX: portal.error_page}
    edge = Edge(Application(routes, lifespan, refusals), routes, settings)
    return edge


@asynccontextmanager
async def _background(services: Services, on_production: Callable[[], None]) -> AsyncIterator[None]:
    """Follow the installation, hear what other processes do, and record the use of keys while the block runs."""

    def end_development() -> None:
        services.development_over.set()
        on_production()

    listener = Listener(services.pool)
    async with (
        following_installation(
            services.pool,
            listener,
            services.clock,
            development=services.settings.development,
            on_production=end_development,
        ),
        services.bell.hearing_others(listener),
        listener.listening(),
    ):
        recording = asyncio.create_task(services.recorder.run(), name="recorder")
        try:
            yield
        finally:
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)
