"""What the routes of one process share: made at start, closed at stop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from partner_api.credits.service import WalletReader
from partner_api.database.connection import REQUEST_SETTINGS, open_pool
from partner_api.database.notifications import Bell
from partner_api.edge.identity.acting import Children
from partner_api.edge.identity.authentication import Authenticator
from partner_api.edge.identity.recorder import Recorder
from partner_api.edge.limits.rate_limits import RateLimits
from partner_api.edge.money_calls import MoneyCalls
from partner_api.events.service import EventWaits
from partner_api.jobs.claim_service import Claimer
from partner_api.jobs.operator_service import JobTenants
from partner_api.storage import open_storage
from partner_api.webhooks.sending.sender import Outgoing

if TYPE_CHECKING:
    from pathlib import Path

    from partner_api.clock import Clock
    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Pool
    from partner_api.settings.table import Settings
    from partner_api.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a handler needs that outlives a request."""

    settings: Settings
    clock: Clock
    secret_keys: SecretKeys
    pool: Pool
    database_url: str = field(repr=False)
    authenticator: Authenticator
    children: Children
    wallets: WalletReader
    rate_limits: RateLimits
    recorder: Recorder
    storage: Storage
    bell: Bell
    money_calls: MoneyCalls
    claimer: Claimer
    job_tenants: JobTenants
    event_waits: EventWaits
    run_folder: Path | None
    """Where the supervisor writes the state of the server's parts; None without a supervisor."""
    advancing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever moves the rehearsal clock."""
    stopping: asyncio.Event
    """Set when this process is about to end: whoever waits for something to happen answers without it."""
    development_over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a database in development mode turned out to be production's: nothing is served any more."""

    @property
    def outgoing(self) -> Outgoing:
        """What webhooks are sent with."""
        return Outgoing(self.secret_keys, self.settings.development, self.settings.webhook_proxy)


async def open_services(
    settings: Settings,
    clock: Clock,
    secret_keys: SecretKeys,
    url: str,
    run_folder: Path | None = None,
) -> Services:
    """Open the pool on the database at ``url`` and make the services on it.

    Raises:
        OSError, asyncpg.PostgresError: the database cannot be reached or refuses the role.
        SecretKeyError: the secret keys are not those this database was used with.
        StorageUnavailable: what talks to the bucket that the settings name is not installed.
    """
    storage = open_storage(settings, secret_keys)
    pool = await open_pool(
        url, settings.database_pool_size, settings=REQUEST_SETTINGS, name="requests"
    )
    bell = Bell(pool)
    stopping = asyncio.Event()
    return Services(
        settings=settings,
        clock=clock,
        secret_keys=secret_keys,
        pool=pool,
        database_url=url,
        authenticator=Authenticator(pool, secret_keys, development=settings.development),
        children=Children(pool),
        wallets=WalletReader(pool, clock),
        rate_limits=RateLimits(settings.rate_limit_url, settings.workers),
        recorder=Recorder(pool),
        storage=storage,
        bell=bell,
        claimer=Claimer(),
        job_tenants=JobTenants(pool),
        event_waits=EventWaits(pool, bell, stopping, connections=settings.max_connections),
        stopping=stopping,
        run_folder=run_folder,
        money_calls=MoneyCalls(pool, clock, settings.batch_size),
    )
