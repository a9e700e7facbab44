"""What an installation has in it: partners, children, keys and operators, made as the server makes them.

What no function of the server does yet is done to the rows by their owner, in one place each.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import msgspec
from tests.support import working
from tests.support.assigning import LeaseAssignment, assign
from tests.support.holding import someone_waits
from tests.support.tenants import Wallet, job_start, make_child, make_partner

from partner_api.account_pool import store as pool_accounts
from partner_api.api_keys import store as api_keys
from partner_api.clock import Clock
from partner_api.content.store import list_assets
from partner_api.database.arguments import SYSTEM
from partner_api.edge.identity.credentials import mint_api_key, mint_operator_token
from partner_api.edge.identity.scopes import Role
from partner_api.ids import format_id, new_ulid, new_uuid7
from partner_api.jobs import store as job_store
from partner_api.lease_requests import store as lease_requests
from partner_api.operators import store as operators
from partner_api.organizations import store as organizations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Pool
    from partner_api.edge.identity.credentials import Env

EVERYTHING = ("*", "org:admin")


@dataclass(frozen=True)
class Key:
    """A key of an organization, with its secret."""

    wallet: Wallet
    key_id: UUID
    text: str

    @property
    def headers(self) -> dict[str, str]:
        """What authenticates a request."""
        return {"Authorization": f"Bearer {self.text}"}

    def acting_for(self, child: Wallet) -> dict[str, str]:
        """What authenticates a request inside a child."""
        return {**self.headers, "X-Layers-Organization": org_id(child)}


@dataclass(frozen=True)
class Family:
    """A partner with two children, and a key of each; the partner's may do everything."""

    partner: Wallet
    child: Wallet
    sibling: Wallet
    partner_key: Key
    child_key: Key


@dataclass(frozen=True)
class FinishedJob:
    """A completed job, and what it made."""

    job_id: UUID
    container_id: UUID
    asset_id: UUID


@dataclass(frozen=True)
class Installation:
    """Makes things in the database of a server."""

    pool: Pool
    owner: Pool
    secret_keys: SecretKeys

    async def partner(
        self,
        *,
        at: datetime | None = None,
        prepaid: int = 0,
        cash_cents: int = 0,
        tier: str = "internal",
    ) -> Wallet:
        """A partner with a project, in both environments as the operator brings one in."""
        async with self.pool.acquire() as connection:
            wallet = await make_partner(
                connection, now=at or now(), prepaid=prepaid, cash_cents=cash_cents, tier=tier
            )
            await organizations.create_partner(
                connection,
                secrets.randbelow(2**40 - 1) + 1,
                at or now(),
                organization_id=wallet.organization_id,
                env="test",
                name="Partner",
                billing_email=None,
                metadata={},
                rate_limit_tier=tier,
                caller=SYSTEM,
            )
            return wallet

    async def test_tenant(self, partner: Wallet) -> Wallet:
        """The partner in its test environment, where it has no project yet."""
        tenant_id = await self.owner.fetchval(
            "SELECT id FROM tenants WHERE partner_id = $1 AND env = 'test'", partner.organization_id
        )
        return Wallet(tenant_id, partner.organization_id, uuid4(), None)

    async def child(
        self, partner: Wallet, *, at: datetime | None = None, prepaid: int = 0
    ) -> Wallet:
        """A child of the partner, with a project."""
        async with self.pool.acquire() as connection:
            return await make_child(connection, partner, now=at or now(), prepaid=prepaid)

    async def key(self, wallet: Wallet, *scopes: str, env: Env = "live", **columns: Any) -> Key:
        """A key of the organization; ``columns`` are set on its row as they are."""
        credential = mint_api_key(wallet.tenant_id, env)
        async with self.owner.acquire() as connection:
            key = await api_keys.insert_key(
                connection,
                now(),
                key_id=new_uuid7(now()),
                organization_id=wallet.organization_id,
                credential=credential,
                secret_keys=self.secret_keys,
                name="Key",
                scopes=list(scopes),
            )
            for column, value in columns.items():
                await connection.execute(
                    f"UPDATE api_keys SET {column} = $1 WHERE tenant_id = $2 AND id = $3",
                    value,
                    wallet.tenant_id,
                    key.id,
                )
        return Key(wallet, key.id, credential.text)

    async def superseded_key(self, wallet: Wallet, *scopes: str, grace_until: datetime) -> Key:
        """A key that was rotated: it works until the end of its grace period."""
        successor = await self.key(wallet, *scopes)
        old = await self.key(wallet, *scopes)
        await self.owner.execute(
            "UPDATE api_keys SET grace_until = $1, superseded_by = $2 WHERE tenant_id = $3 AND id = $4",
            grace_until,
            successor.key_id,
            wallet.tenant_id,
            old.key_id,
        )
        return old

    async def family(self, **partner: Any) -> Family:
        """A partner, its children, and keys."""
        wallet = await self.partner(**partner)
        at = partner.get("at")
        child, sibling = [await self.child(wallet, at=at) for _ in range(2)]
        return Family(
            wallet,
            child,
            sibling,
            await self.key(wallet, *EVERYTHING),
            await self.key(child, "*"),
        )

    async def operator(self, role: str = "operator", **columns: Any) -> dict[str, str]:
        """What authenticates a request of a new operator; ``columns`` are set on the row."""
        credential = mint_operator_token()
        async with self.owner.acquire() as connection:
            operator = await operators.insert_operator(
                connection,
                now(),
                operator_id=new_uuid7(now()),
                credential=credential,
                secret_keys=self.secret_keys,
                name=f"{role} {credential.keyid}",
                role=msgspec.convert(role, Role),
            )
            for column, value in columns.items():
                await connection.execute(
                    f"UPDATE operators SET {column} = $1 WHERE id = $2", value, operator.id
                )
        return {"Authorization": f"Bearer {credential.text}"}

    async def set_status(self, wallet: Wallet, status: str) -> None:
        """Suspend or resume an organization, or archive a child."""
        async with self.pool.acquire() as connection:
            if status == "archived":
                assert wallet.partner_id is not None
                archive = organizations.ArchiveItem(
                    wallet.organization_id, wallet.partner_id, SYSTEM, None
                )
                (outcome,) = await organizations.archive(
                    connection, wallet.tenant_id, now(), [archive]
                )
            else:
                change = organizations.StatusItem(
                    wallet.organization_id,
                    wallet.partner_id,
                    "suspended" if status == "suspended" else "active",
                    SYSTEM,
                    None,
                )
                (outcome,) = await organizations.set_status(
                    connection, wallet.tenant_id, now(), [change]
                )
        assert outcome.status == "done", outcome

    async def pool_account(
        self,
        handle: str,
        followers: int,
        *,
        price_cents: int = 15_000,
        at: datetime | None = None,
    ) -> UUID:
        """An account of the pool that nobody leases."""
        async with self.pool.acquire() as connection:
            account = await pool_accounts.insert_account(
                connection,
                at or now(),
                account_id=new_uuid7(at or now()),
                platform="tiktok",
                handle=handle,
                followers=followers,
                vertical="food_and_drink",
                language="en",
                geo=["US"],
                monthly_price_cents=price_cents,
                avatar_url=None,
            )
        return account.id

    async def lease(
        self,
        wallet: Wallet,
        *handles: str,
        at: datetime,
        ids_of: datetime | None = None,
        followers: Sequence[int] = (),
        price_cents: int = 15_000,
    ) -> list[str]:
        """Lease new accounts to the organization's project; their ids, in the order of the page.

        The ids are of the time of assignment, or of ``ids_of``. It may lie before the partner was made, which
        then did nothing yet.
        """
        social_ids = sorted(new_uuid7(ids_of or at) for _ in handles)
        account_ids = [
            await self.pool_account(handle, count, price_cents=price_cents, at=at)
            for handle, count in zip(handles, followers or [1_000] * len(handles), strict=True)
        ]
        await self.owner.execute(
            "UPDATE cash_wallets SET last_event_at = least(last_event_at, $1) WHERE tenant_id = $2",
            at,
            wallet.tenant_id,
        )
        async with self.pool.acquire() as connection:
            outcome = await assign(
                connection,
                wallet.tenant_id,
                at,
                LeaseAssignment(wallet.project_id, account_ids, social_ids, None, SYSTEM),
            )
        assert outcome.status == "done", outcome
        return [format_id("sa", social_id) for social_id in social_ids]

    async def finished_job(self, wallet: Wallet, *, credits: int = 0) -> FinishedJob:
        """A completed job of the organization, which made one file that is stored nowhere."""
        item = job_start(wallet, credits, now=now())
        async with self.pool.acquire() as connection:
            (outcome,) = await job_store.start_jobs(connection, wallet.tenant_id, now(), [item])
            assert outcome.status == "done", outcome
            (held,) = await working.claim(connection, wallet, now=now())
            files = [await working.upload(connection, held, "one.png", b"one")]
            outcome = await working.complete(connection, held, credits, files, now=now())
            assert outcome.status == "done", outcome
            assets = await list_assets(connection, wallet.tenant_id, [item.container_id])
        (asset,) = assets[item.container_id]
        return FinishedJob(item.job_id, item.container_id, asset.id)

    async def lease_again(self, wallet: Wallet, social_account_id: str) -> str:
        """Lease the pool account of a lease that has ended once more; the new lease's id."""
        account_id = await self.owner.fetchval(
            "SELECT pool_account_id FROM leases WHERE tenant_id = $1 AND social_account_id = $2",
            wallet.tenant_id,
            UUID(social_account_id.removeprefix("sa_")),
        )
        new_id = new_uuid7(now())
        item = LeaseAssignment(wallet.project_id, [account_id], [new_id], None, SYSTEM)
        async with self.pool.acquire() as connection:
            outcome = await assign(connection, wallet.tenant_id, now(), item)
        assert outcome.status == "done", outcome
        return format_id("sa", new_id)

    async def lease_request(
        self, wallet: Wallet, *, count: int = 1, name: str | None = None, at: datetime | None = None
    ) -> UUID:
        """A request for accounts for the organization's project; its id."""
        at = at or now()
        async with self.pool.acquire() as connection:
            request = await lease_requests.insert_request(
                connection,
                wallet.tenant_id,
                at,
                request_id=new_ulid(at),
                organization_id=wallet.organization_id,
                project_id=wallet.project_id,
                partner_request_id=name,
                count=count,
                vertical="food_and_drink",
                audience=None,
                language="en",
                geo=["US"],
                target=None,
                note=None,
            )
        return request.id

    async def end_lease(self, wallet: Wallet, social_account_id: str, *, at: datetime) -> None:
        """Take an account back from the organization."""
        async with self.owner.acquire() as owner:
            # In two statements: a cluster hands no whole row to a function that writes.
            lease = await owner.fetchval(
                "SELECT ROW(l.*)::leases FROM leases l WHERE l.tenant_id = $1 AND l.social_account_id = $2",
                wallet.tenant_id,
                UUID(social_account_id.removeprefix("sa_")),
            )
            await owner.execute(
                "SELECT lease_end($1::leases, $2, 'recalled_by_operator', NULL, $3, $4)",
                lease,
                at,
                wallet.organization_id,
                SYSTEM,
            )

    async def until_someone_waits(self) -> None:
        """Wait until a statement in this database waits for a lock that somebody holds."""
        # In a task of its own, because the lock is mostly the test's, on a connection that it holds.
        await asyncio.create_task(self._see_someone_wait())

    async def _see_someone_wait(self) -> None:
        deadline = time.monotonic() + 60
        async with self.owner.acquire() as connection:
            while not await someone_waits(connection):
                assert time.monotonic() < deadline, "nobody waits"
                await asyncio.sleep(0.01)


def now() -> datetime:
    """The server's time, in milliseconds, as everything stored has it."""
    return Clock().now()


def ago(**duration: float) -> datetime:
    """Some time before now."""
    return now() - timedelta(**duration)


def handle() -> str:
    """A handle that the pool does not have."""
    return f"account.{uuid4().hex[:12]}"


def org_id(wallet: Wallet) -> str:
    """The organization's id on the wire."""
    return format_id("org", wallet.organization_id)


def project_id(wallet: Wallet) -> str:
    """The id of the organization's project on the wire."""
    return format_id("prj", wallet.project_id)
