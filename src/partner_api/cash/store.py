"""SQL of the cash wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from partner_api.database.arguments import Caller, Idempotency, Outcome, call_money_function

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


class CashPosting(NamedTuple):
    """An operator's top-up or adjustment of a partner's wallet, in signed cents."""

    organization_id: UUID
    event_type: Literal["topup", "adjustment"]
    amount_cents: int
    description: str
    reference: str | None
    caller: Caller
    idempotency: Idempotency | None


async def post(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CashPosting]
) -> list[Outcome]:
    """Record top-ups and adjustments. Facts: ``{event, balance_cents}``."""
    return await call_money_function(connection, "cash_post", tenant_id, now, items)


async def read_balance(connection: Connection, tenant_id: int, organization_id: UUID) -> int | None:
    """A partner's balance in cents; None for an organization without a cash wallet."""
    balance: int | None = await connection.fetchval(
        "SELECT balance_cents FROM cash_wallets WHERE tenant_id = $1 AND organization_id = $2 AND currency = 'USD'",
        tenant_id,
        organization_id,
    )
    return balance
