"""One thing due for each sweep of tenants' rows: how to bring it about, whose lock it needs, and when it is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.endpoints import delete_endpoint, happen, make_endpoint, publish
from tests.support.leases import PRICE_CENTS, lease, top_up
from tests.support.shifted import shifted
from tests.support.tenants import NOON, Wallet, make_partner
from tests.support.working import claim
from tests.sweeps.skipping import DAY, request, start

from partner_api.credits import store as credit
from partner_api.database.arguments import SYSTEM
from partner_api.jobs import store as job_store
from partner_api.sweeps.claims import ExpireClaims
from partner_api.sweeps.events import PublishEvents
from partner_api.sweeps.expiries import ExpireJobs
from partner_api.sweeps.periods import EndPeriods
from partner_api.sweeps.renewals import RenewLeases
from partner_api.sweeps.sandbox_jobs import CompleteSandboxJobs
from partner_api.sweeps.sandbox_requests import AnswerSandboxRequests
from partner_api.sweeps.uploads import PurgeUploads
from partner_api.sweeps.webhooks import PurgeWebhooks

if TYPE_CHECKING:
    from partner_api.database.connection import Connection
    from partner_api.rendering.worker.renderer import Renderer
    from partner_api.storage.folder import FolderStorage
    from partner_api.sweeps.sweep import Sweep


class DueWork:
    """Something that a sweep does for a partner."""

    env = "live"
    now = NOON + 2 * DAY
    sweep: type[Sweep]
    table = "wallets"
    """Whose rows of a partner somebody locks."""
    done: str
    """What selects true, for the tenant $1, when it is done."""

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        """Bring about what is due."""
        await start(connection, partner)

    def open(self, _storage: FolderStorage, _renderer: Renderer) -> Any:
        """Create the sweep."""
        return self.sweep()


class Expiry(DueWork):
    sweep = ExpireJobs
    done = "SELECT bool_and(error_code = 'EXPIRED') FROM jobs WHERE tenant_id = $1"


class ExpiryOfLockedJob(Expiry):
    table = "jobs"


class Lapse(DueWork):
    sweep = ExpireClaims
    # It goes back into the queue, for which no wallet is needed.
    table = "jobs"
    now = NOON + timedelta(hours=1)
    done = "SELECT bool_and(claim_token IS NULL) FROM jobs WHERE tenant_id = $1"

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        await start(connection, partner)
        assert await claim(connection, partner)


class PeriodEnd(DueWork):
    sweep = EndPeriods
    now = datetime(2026, 7, 20, tzinfo=UTC)
    done = "SELECT bool_and(period_start >= '2026-07-01') FROM wallets WHERE tenant_id = $1"

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        item = credit.SubscriptionSetting(
            partner.organization_id, "pro", 1000, "active", None, SYSTEM, None
        )
        await credit.set_subscriptions(connection, partner.tenant_id, NOON, [item])


class Renewal(DueWork):
    """Whose wallet is locked: nobody waits for it."""

    sweep = RenewLeases
    now = datetime(2026, 7, 20, tzinfo=UTC)
    table = "cash_wallets"
    done = "SELECT count(*) = 2 FROM lease_charges WHERE tenant_id = $1 AND status = 'paid'"

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        await top_up(connection, partner, NOON, 10 * PRICE_CENTS)
        await lease(connection, partner, NOON)


class RenewalOfLockedLease(Renewal):
    """Which shares a commit with others."""

    table = "leases"


class SandboxRequest(DueWork):
    sweep = AnswerSandboxRequests
    env = "test"
    table = "lease_requests"
    done = "SELECT bool_and(status = 'assigned') FROM lease_requests WHERE tenant_id = $1"

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        for _ in range(2):
            await request(connection, partner, NOON)


class SandboxJob(DueWork):
    sweep = CompleteSandboxJobs
    env = "test"
    now = NOON + timedelta(minutes=1)
    done = "SELECT bool_and(status = 'completed') FROM jobs WHERE tenant_id = $1"

    def open(self, storage: FolderStorage, renderer: Renderer) -> CompleteSandboxJobs:
        return CompleteSandboxJobs(storage, renderer, seconds_per_step=600)


class Upload(DueWork):
    sweep = PurgeUploads
    now = NOON + 3 * DAY
    table = "asset_uploads"
    done = "SELECT count(*) = 0 FROM asset_uploads WHERE tenant_id = $1"

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        job_id = await start(connection, partner)
        await job_store.expire_jobs(connection, partner.tenant_id, NOON + DAY, 1)
        await owner.execute(
            """
            INSERT INTO asset_uploads
                (tenant_id, job_id, attempt, name, size_bytes, sha256, storage_key, created_at)
            VALUES ($1, $2, 1, 'a.png', 1, repeat('0', 64), $3, $4)
            """,
            partner.tenant_id,
            job_id,
            f"{partner.tenant_id}/1/a.png",
            NOON,
        )

    def open(self, storage: FolderStorage, _renderer: Renderer) -> PurgeUploads:
        return PurgeUploads(storage)


class Publication(DueWork):
    sweep = PublishEvents
    table = "event_streams"
    done = "SELECT bool_and(sequence IS NOT NULL) FROM outbox WHERE tenant_id = $1"

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        await make_endpoint(connection, partner)
        for _ in range(2):
            await publish(connection, partner)
            await happen(connection, partner)


class PublicationToLockedEndpoint(Publication):
    table = "webhook_queues"


class PurgeOfEndpoint(DueWork):
    sweep = PurgeWebhooks
    table = "webhook_queues"
    done = "SELECT count(*) = 0 FROM webhook_endpoints WHERE tenant_id = $1"

    async def prepare(self, owner: Connection, connection: Connection, partner: Wallet) -> None:
        endpoint = await make_endpoint(connection, partner)
        await happen(connection, partner)
        await publish(connection, partner)
        await delete_endpoint(connection, endpoint, NOON)


ALL = [
    Expiry(),
    ExpiryOfLockedJob(),
    Lapse(),
    PeriodEnd(),
    Renewal(),
    RenewalOfLockedLease(),
    SandboxRequest(),
    SandboxJob(),
    Upload(),
    Publication(),
    PublicationToLockedEndpoint(),
    PurgeOfEndpoint(),
]


async def due_partners(
    work: DueWork, owner: Connection, connection: Connection, count: int
) -> list[Wallet]:
    """Partners of which the same is due, in the order in which a sweep takes them."""
    partners = sorted(
        [await make_partner(connection, env=work.env, prepaid=10) for _ in range(count)],
        key=lambda partner: partner.tenant_id,
    )
    for partner in partners:
        await work.prepare(owner, connection, partner)
    # Of those that are equally long overdue, none is sure to be the first.
    first = partners[0].tenant_id
    for table, column in (
        ("reservations", "expires_at"),
        ("jobs", "lease_until"),
        ("wallets", "period_end"),
        ("cash_wallets", "renewals_due_at"),
    ):
        earlier = shifted(column, "- interval '1 second'")
        await owner.execute(
            f"UPDATE {table} SET {column} = {earlier} WHERE tenant_id = $1 AND {column} > $2",
            first,
            NOON + timedelta(seconds=1),
        )
    return partners


async def is_done(work: DueWork, connection: Connection, partner: Wallet) -> bool:
    return bool(await connection.fetchval(work.done, partner.tenant_id))
