"""SQL of the cash wallet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.arguments import Actor, Idempotency, Outcome, call_money_function
from partner_api.database.rows import read_row
from partner_api.edge.wire.ledger_chain import LedgerPosition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partner_api.database.connection import Connection

CashEventType = Literal["topup", "lease_charge", "lease_renewal", "adjustment", "refund"]


class CashEventFacts(Struct, frozen=True):
    """A row of the cash ledger, as the money functions answer it in their facts."""

    event_id: UUID
    event_type: CashEventType
    amount_cents: int
    balance_after_cents: int
    for_organization_id: UUID
    social_account_id: UUID | None
    project_id: UUID | None
    lease_month: int | None
    period_start: datetime | None
    period_end: datetime | None
    description: str | None
    created_at: datetime
    hash: bytes
    previous_hash: bytes
    internal_hash: bytes


class CashEvent(CashEventFacts, frozen=True):
    """A row of the cash ledger, with its place in it and who made it."""

    sequence: int
    reference: str | None
    operator_id: UUID | None
    request_id: str | None


class CashPosting(NamedTuple):
    """An operator's top-up or adjustment of a partner's wallet, in signed cents."""

    organization_id: UUID
    event_type: Literal["topup", "adjustment"]
    amount_cents: int
    description: str
    reference: str | None
    caller: Actor
    idempotency: Idempotency | None


async def post(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CashPosting]
) -> list[Outcome]:
    """Record top-ups and adjustments. Facts: ``{event, balance_cents}``."""
    return await call_money_function(connection, "cash_post", tenant_id, now, items)


class RefundItem(NamedTuple):
    """What to give back of a month of a lease, in cents, to the partner that paid for it."""

    organization_id: UUID
    social_account_id: UUID
    lease_month: int
    amount_cents: int
    description: str | None
    caller: Actor
    idempotency: Idempotency | None


async def refund(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[RefundItem]
) -> list[Outcome]:
    """Refund up to what months of leases were charged. Facts: ``{event, balance_cents}``."""
    return await call_money_function(connection, "cash_refund", tenant_id, now, items)


class Outlook(Struct, frozen=True):
    """A cash wallet, and what its leases will take from it until an instant."""

    balance_cents: int
    renewals: int
    total_cents: int
    """Of those renewals, which are to come; what is past due is not in it."""
    next_renewal_at: datetime | None
    covered_until: datetime
    """The last second up to which everything is paid, past due months included."""
    shortfall_cents: int
    """What is missing for everything, past due months included."""
    past_due: int
    """Months that have begun and are not paid."""
    past_due_cents: int


async def read_outlook(
    connection: Connection, tenant_id: int, organization_id: UUID, now: datetime, until: datetime
) -> Outlook | None:
    """Read a partner's cash wallet and its renewals up to an instant; None without a wallet of its own.

    A month that has begun but is not charged yet counts as past due: it stands first in line. Ten leases and a million
    take the same time.
    """
    row = await connection.fetchrow(
        """
        SELECT * FROM lease_outlook($1, $2, $3, $4)
        """,
        tenant_id,
        organization_id,
        now,
        until,
    )
    return None if row is None or row["balance_cents"] is None else read_row(Outlook, row)


async def read_ledger_position(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> LedgerPosition | None:
    """Return how far a partner's cash ledger reaches; None for an organization without a cash wallet."""
    row = await connection.fetchrow(
        """
        SELECT w.last_sequence, w.last_hash, e.event_id
          FROM cash_wallets w
          LEFT JOIN cash_events e
            ON e.tenant_id = $1 AND e.organization_id = $2 AND e.currency = 'USD' AND e.sequence = w.last_sequence
         WHERE w.tenant_id = $1 AND w.organization_id = $2 AND w.currency = 'USD'
        """,
        tenant_id,
        organization_id,
    )
    return read_row(LedgerPosition, row)


async def read_balance(connection: Connection, tenant_id: int, organization_id: UUID) -> int | None:
    """Return a partner's balance in cents; None for an organization without a cash wallet."""
    balance: int | None = await connection.fetchval(
        "SELECT balance_cents FROM cash_wallets WHERE tenant_id = $1 AND organization_id = $2 AND currency = 'USD'",
        tenant_id,
        organization_id,
    )
    return balance
