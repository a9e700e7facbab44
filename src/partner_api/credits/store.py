"""SQL of the credit wallet: reading it, and calling the functions that move credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct

from partner_api.database.arguments import Actor, Idempotency, Outcome, call_money_function
from partner_api.database.lookups import Lookup
from partner_api.database.rows import columns_of, read_joined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from partner_api.database.connection import Connection, Pool

SubscriptionTier = Literal["free", "starter", "pro", "scale", "enterprise"]
BillingStatus = Literal["active", "past_due", "canceled"]


class CreditConfig(Struct, frozen=True):
    """A wallet's cap and refill; the money functions answer it in their facts too."""

    monthly_credit_cap: int | None
    refill_threshold: int | None
    refill_amount: int | None
    auto_refill_enabled: bool


class Wallet(CreditConfig, frozen=True):
    """A credit wallet, with what its organization says of it."""

    tenant_id: int
    organization_id: UUID
    subscription_tier: SubscriptionTier
    billing_status: BillingStatus
    period_start: datetime
    period_end: datetime
    included_credits: int
    """What the subscription allots from the next period on; this period may have more."""
    included_this_period: int
    included_remaining: int
    prepaid: int
    reserved: int
    used_this_period: int
    running_jobs: int
    last_event_at: datetime
    status: Literal["active", "suspended", "archived"]
    """Of the organization."""
    format_prices: dict[str, int] | None
    """The partner's own, by format; None for the usual ones."""

    @property
    def balance(self) -> int:
        """Return everything in the wallet."""
        return self.included_remaining + self.prepaid

    @property
    def available(self) -> int:
        """Return what new work may spend: the balance less what is reserved."""
        return self.balance - self.reserved


class WalletKey(NamedTuple):
    """Which wallet to read. With ``parent_id``, only if the organization is its direct child."""

    tenant_id: int
    organization_id: UUID
    parent_id: UUID | None = None

    def includes(self, asked: WalletKey) -> bool:
        """Return whether what is found with this key is also found with another: its condition is the same, or none."""
        return self[:2] == asked[:2] and asked.parent_id in (None, self.parent_id)


class CreditPosting(NamedTuple):
    """An operator's posting: ``credits`` signed for an adjustment, positive for the other types."""

    organization_id: UUID
    event_type: Literal["grant", "purchase", "adjustment", "refund"]
    credits: int
    job_id: UUID | None
    description: str | None
    metadata: dict[str, str]
    caller: Actor
    idempotency: Idempotency | None


class CreditAllocation(NamedTuple):
    """A transfer of prepaid credits from a partner to its child."""

    transfer_id: UUID
    partner_id: UUID
    organization_id: UUID
    credits: int
    description: str | None
    metadata: dict[str, str]
    caller: Actor
    idempotency: Idempotency | None


class CreditConfiguration(NamedTuple):
    """A patch of a child's cap and refill: a present key sets or, when None, clears."""

    organization_id: UUID
    partner_id: UUID
    patch: dict[str, Any]
    caller: Actor
    idempotency: Idempotency | None


class SubscriptionSetting(NamedTuple):
    """The whole subscription of an organization; ``started_on`` None keeps it, or starts today."""

    organization_id: UUID
    tier: str
    included_credits: int
    billing_status: str
    started_on: date | None
    caller: Actor
    idempotency: Idempotency | None


def wallet_columns(organization: str, *partners: str) -> str:
    """Return the columns of a SELECT that reads a Wallet, where ``w`` stands for ``wallets``.

    Args:
        organization: what stands for its row of ``organizations``.
        partners: what stands for the rows that can be its partner's, of which the first that is there counts.
    """
    prices = ", ".join(f"{name}.format_prices" for name in (*partners, organization))
    return columns_of(
        Wallet, "w", status=f"{organization}.status", format_prices=f"coalesce({prices})"
    )


_WALLETS = Lookup(
    f"""
SELECT {wallet_columns("o", "p")}, asked.position
  FROM {{asked}}
  JOIN organizations o
    ON o.tenant_id = asked.tenant_id AND o.id = asked.organization_id
   AND (asked.parent_id IS NULL OR o.parent_id = asked.parent_id) AND o.tenant_id {{tenants}}
  JOIN wallets w ON w.tenant_id = o.tenant_id AND w.organization_id = o.id AND w.tenant_id {{tenants}}
  LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id AND p.tenant_id {{tenants}}
""",
    tenant_id="bigint",
    organization_id="uuid",
    parent_id="uuid",
)


async def read_wallets(
    connection: Connection, keys: Sequence[WalletKey], now: datetime
) -> list[Wallet | None]:
    """Read many wallets at once, each brought to ``now``; None where the key names none.

    A wallet whose period is over is rolled over first: the first touch after a boundary writes it, a read included.
    """
    wallets = await find_wallets(connection, keys)
    overdue: dict[int, list[UUID]] = {}
    for wallet in wallets:
        if wallet is not None and wallet.period_end <= now:
            overdue.setdefault(wallet.tenant_id, []).append(wallet.organization_id)
    if overdue:
        for tenant_id, organization_ids in overdue.items():
            await roll_over_due_wallets(connection, tenant_id, organization_ids, now)
        wallets = await find_wallets(connection, keys)
    return wallets


async def find_wallets(
    connection: Connection | Pool, keys: Sequence[WalletKey]
) -> list[Wallet | None]:
    """Return many wallets at once, as they are stored: their periods may be over. None where the key names none."""
    rows = await _WALLETS.fetch(connection, keys)
    return [None if row is None else read_joined(Wallet, row, "organization_id") for row in rows]


async def roll_over_due_wallets(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID], now: datetime
) -> int:
    """Write the rollovers that are due on these wallets; return how many wallets had one."""
    rolled = await connection.fetchval(
        "SELECT wallets_roll_over_due($1, $2, $3)", tenant_id, now, organization_ids
    )
    return int(rolled)


async def post(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CreditPosting]
) -> list[Outcome]:
    """Record grants, purchases, adjustments and refunds. Facts: ``{event, balance, available}``."""
    return await call_money_function(connection, "credit_post", tenant_id, now, items)


async def allocate(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CreditAllocation]
) -> list[Outcome]:
    """Move prepaid credits from the partner to children. Facts: the transfer, with the child's balances after it."""
    return await call_money_function(connection, "credit_allocate", tenant_id, now, items)


async def configure(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CreditConfiguration]
) -> list[Outcome]:
    """Patch caps and refills. Facts: ``{config, balance, available}``."""
    return await call_money_function(connection, "credit_configure", tenant_id, now, items)


async def set_subscriptions(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[SubscriptionSetting]
) -> list[Outcome]:
    """Set subscriptions, granting at once what exceeds this period's highest allotment."""
    return await call_money_function(connection, "subscription_set", tenant_id, now, items)
