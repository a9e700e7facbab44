"""Wire types of the cash ledger."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from partner_api.clock import format_milliseconds, format_seconds
from partner_api.edge.fields import (
    Amount,
    BareIdText,
    MillisecondsText,
    OrganizationIdText,
    ProjectIdText,
    SecondsText,
    SignedAmount,
    SocialAccountIdText,
)
from partner_api.ids import format_id
from partner_api.ledger_chain import EventHash, InternalHash, PreviousHash

if TYPE_CHECKING:
    from partner_api.database.connection import Row

CashEventType = Literal["topup", "lease_charge", "lease_renewal", "adjustment", "refund"]


class CashEventRow(Struct, frozen=True):
    """A cash row, as a table row or as the facts of a money function."""

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


class CashEvent(Struct, frozen=True, rename="camel"):
    """One movement of cash, in US cents. The events of a wallet sum to its balance."""

    event_id: BareIdText
    event_type: CashEventType
    amount_cents: Annotated[SignedAmount, Meta(description="What came, or went when negative.")]
    balance_after_cents: Amount
    social_account_id: SocialAccountIdText | None
    project_id: ProjectIdText | None
    organization_id: Annotated[
        OrganizationIdText, Meta(description="For whom: the partner, or the child that leases.")
    ]
    period_start: SecondsText | None
    period_end: SecondsText | None
    lease_month: Annotated[int | None, Meta(description="0 is the first month of the lease.")]
    description: str | None
    created_at: MillisecondsText
    hash: EventHash
    previous_hash: PreviousHash
    internal_hash: InternalHash


def cash_event_of(row: Row | dict[str, Any]) -> CashEvent:
    """Make the wire form of a cash row."""
    event = msgspec.convert(dict(row), CashEventRow)
    account_id = event.social_account_id
    return CashEvent(
        event_id=str(event.event_id),
        event_type=event.event_type,
        amount_cents=event.amount_cents,
        balance_after_cents=event.balance_after_cents,
        social_account_id=None if account_id is None else format_id("sa", account_id),
        project_id=None if event.project_id is None else format_id("prj", event.project_id),
        organization_id=format_id("org", event.for_organization_id),
        period_start=None if event.period_start is None else format_seconds(event.period_start),
        period_end=None if event.period_end is None else format_seconds(event.period_end),
        lease_month=event.lease_month,
        description=event.description,
        created_at=format_milliseconds(event.created_at),
        hash=event.hash.hex(),
        previous_hash=event.previous_hash.hex(),
        internal_hash=event.internal_hash.hex(),
    )
