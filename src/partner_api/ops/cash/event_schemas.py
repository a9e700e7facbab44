"""Wire types of the cash ledger as operators see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.cash.schemas import CashEvent, CashEventsQuery, cash_event_of
from partner_api.clock import format_milliseconds, format_seconds
from partner_api.edge.wire.fields import (
    Amount,
    Instant,
    LeaseRequestIdText,
    MillisecondsText,
    OperatorIdText,
    PoolAccountIdText,
    SecondsText,
    SocialAccountId,
)
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from partner_api.cash.operator_event_store import CashEventWithOrigin, LeaseMonth

Env = Annotated[Literal["live", "test"], Meta(description="Which of its two ledgers.")]
_SEQUENCE = Meta(
    ge=1, description="Its place in the ledger, from 1 on, without gaps.", examples=[12]
)


class CashEnvQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Of which environment. In the test environment a partner has the same id."""

    env: Env = "live"


class OpsCashEventsQuery(CashEventsQuery, frozen=True, rename="camel", kw_only=True):
    """Filters of a partner's cash ledger: those of the partner, and further ones."""

    since: Annotated[Instant | None, Meta(description="From this instant on.")] = None
    until: Annotated[Instant | None, Meta(description="Up to this instant, inclusive.")] = None
    direction: Annotated[
        Literal["in", "out"] | None, Meta(description="Only what came in, or what went out.")
    ] = None
    social_account_id: Annotated[
        list[SocialAccountId] | None,
        Meta(description="Only of these leases; repeat it for several."),
    ] = None
    env: Env = "live"


class LedgerLease(Struct, frozen=True, rename="camel"):
    """The lease whose month a row is of, as it is now."""

    handle: Annotated[str, Meta(examples=["coffee.reviews.daily"])]
    pool_account_id: Annotated[
        PoolAccountIdText | None, Meta(description="Null in the test environment.")
    ]
    status: Literal["assigned", "disconnected"]
    disconnected_reason: (
        Literal[
            "released_by_partner", "recalled_by_operator", "payment_failed", "organization_archived"
        ]
        | None
    )
    charged_cents: Annotated[Amount, Meta(description="What this month was charged.")]
    refunded_cents: Annotated[
        Amount, Meta(description="What of that has been given back; more than that cannot be.")
    ]


class OpsCashEvent(CashEvent, frozen=True, rename="camel"):
    """A movement of cash as the partner sees it, with what it came from and who made it."""

    sequence: Annotated[int, _SEQUENCE]
    organization_name: Annotated[
        str, Meta(description="Of the organization that it was for, as it is called now.")
    ]
    lease: Annotated[LedgerLease | None, Meta(description="The lease that it is of, if it is.")]
    reference: Annotated[
        str | None, Meta(description="Of the payment. The partner does not see it.")
    ]
    operator_id: Annotated[OperatorIdText | None, Meta(description="Who booked it, if one did.")]
    operator_name: Annotated[str | None, Meta(description="The name of that operator.")]
    request_id: Annotated[str | None, Meta(description="The request that made it, if one did.")]


class SettledMonth(Struct, frozen=True, rename="camel"):
    """A month of a lease that has begun, and how it was settled."""

    lease_month: Annotated[int, Meta(ge=0, description="0 is the first month.")]
    period_start: SecondsText
    period_end: SecondsText
    price_cents: Amount
    status: Annotated[
        Literal["due", "paid", "uncollected"],
        Meta(description="`due` has not been paid yet; `uncollected` never will be."),
    ]
    refunded_cents: Amount
    sequence: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Of the row that charged it; null without one."),
    ]
    settled_at: MillisecondsText | None


class OpsCashEventDetail(OpsCashEvent, frozen=True, rename="camel"):
    """One movement of cash, and what belongs with it."""

    lease_request_id: Annotated[
        LeaseRequestIdText | None,
        Meta(description="The request that its lease was assigned for, if it was for one."),
    ]
    lease_months: Annotated[
        list[SettledMonth],
        Meta(
            max_length=100,
            description="The months of its lease that have begun, newest first, at most 100.",
        ),
    ]
    related: Annotated[
        list[OpsCashEvent],
        Meta(
            max_length=100,
            description="The other rows of its lease, those of the same request, and of a payment the "
            "renewals that it paid; oldest first, at most 100.",
        ),
    ]


def ops_cash_event_of(event: CashEventWithOrigin, operators: Mapping[UUID, str]) -> OpsCashEvent:
    """Return the operator's form of a row of the cash ledger.

    Args:
        event: the row.
        operators: names by their ids.
    """
    return OpsCashEvent(**asdict(cash_event_of(event)), **_origin_of(event, operators))


def ops_cash_event_detail_of(
    event: CashEventWithOrigin,
    related: Sequence[CashEventWithOrigin],
    months: Sequence[LeaseMonth],
    lease_request_id: UUID | None,
    operators: Mapping[UUID, str],
) -> OpsCashEventDetail:
    """Return the operator's form of a row and of what belongs with it."""
    return OpsCashEventDetail(
        **asdict(ops_cash_event_of(event, operators)),
        lease_request_id=None if lease_request_id is None else format_id("lreq", lease_request_id),
        lease_months=[_month_of(month) for month in months],
        related=[ops_cash_event_of(one, operators) for one in related],
    )


def _origin_of(event: CashEventWithOrigin, operators: Mapping[UUID, str]) -> dict[str, Any]:
    operator_id = event.operator_id
    return {
        "sequence": event.sequence,
        "organization_name": event.for_organization_name,
        "lease": _lease_of(event),
        "reference": event.reference,
        "operator_id": None if operator_id is None else format_id("opr", operator_id),
        "operator_name": None if operator_id is None else operators.get(operator_id),
        "request_id": event.request_id,
    }


def _lease_of(event: CashEventWithOrigin) -> LedgerLease | None:
    if event.social_account_id is None:
        return None
    pool_account_id = event.pool_account_id
    return LedgerLease(
        handle=event.handle or "",
        pool_account_id=None if pool_account_id is None else format_id("pool", pool_account_id),
        status=event.lease_status,  # type: ignore[arg-type]  # a lease's, by the constraint of its table
        disconnected_reason=event.disconnected_reason,  # type: ignore[arg-type]  # the same
        charged_cents=event.charged_cents or 0,
        refunded_cents=event.refunded_cents or 0,
    )


def _month_of(month: LeaseMonth) -> SettledMonth:
    return SettledMonth(
        lease_month=month.lease_month,
        period_start=format_seconds(month.period_start),
        period_end=format_seconds(month.period_end),
        price_cents=month.price_cents,
        status=month.status,
        refunded_cents=month.refunded_cents,
        sequence=month.cash_sequence,
        settled_at=None if month.settled_at is None else format_milliseconds(month.settled_at),
    )
