"""Wire types of the ledger as operators see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from msgspec import Meta, Struct
from msgspec.structs import asdict

from partner_api.clock import format_milliseconds
from partner_api.credits.event_schemas import CreditEvent, CreditEventsQuery, credit_event_of
from partner_api.edge.wire.fields import (
    Amount,
    ApiKeyIdText,
    JobId,
    JobIdText,
    MillisecondsText,
    OperatorIdText,
    OrganizationIdText,
    ProjectIdText,
    SignedAmount,
    TransferIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from partner_api.credits.operator_event_store import EventWithOrigin, Reservation

Env = Annotated[Literal["live", "test"], Meta(description="Which of its two ledgers.")]
CreditRule = Literal[
    "period_lapse",
    "period_allotment",
    "subscription_raised",
    "auto_refill",
    "archive_sweep",
    "archive_lapse",
    "fictitious",
]
_RULES = frozenset(get_args(CreditRule))
Sequence = Annotated[
    int, Meta(ge=1, description="Its place in the ledger, from 1 on, without gaps.", examples=[12])
]


class EnvQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Of which environment. In the test environment a partner has the same id, a child another one."""

    env: Env = "live"


class ReservationsQuery(EnvQuery, frozen=True, rename="camel", kw_only=True):
    """A page of reservations."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Reservations on a page.")] = 25
    cursor: Cursor | None = None


class OpsCreditEventsQuery(CreditEventsQuery, frozen=True, rename="camel", kw_only=True):
    """Filters of an organization's ledger: those of its partner, and of which job and environment."""

    job_id: Annotated[
        list[JobId] | None, Meta(description="Only of these jobs; repeat it for several.")
    ] = None
    direction: Annotated[
        Literal["in", "out"] | None, Meta(description="Only what came in, or what went out.")
    ] = None
    env: Env = "live"


class LedgerJob(Struct, frozen=True, rename="camel"):
    """The job that a row is of, as it is now; `workflowId` of the row is its id."""

    status: Literal["running", "completed", "failed", "canceled"]
    reserved_credits: Annotated[Amount, Meta(description="What it held until it ended.")]
    charged_credits: Annotated[Amount, Meta(description="What it was charged when it ended.")]
    refunded_credits: Annotated[
        Amount, Meta(description="What of that has been given back; more than that cannot be.")
    ]


class Counterpart(Struct, frozen=True, rename="camel"):
    """The other side of a transfer."""

    organization_id: OrganizationIdText
    organization_name: str
    sequence: Annotated[int, Meta(ge=1, description="Of its row in the ledger of that one.")]


class OpsCreditEvent(CreditEvent, frozen=True, rename="camel"):
    """A movement of credits as its partner sees it, with what it came from and who made it."""

    organization_id: Annotated[OrganizationIdText, Meta(description="Whose ledger it is in.")]
    sequence: Sequence
    included_credits: Annotated[
        SignedAmount, Meta(description="The part of `credits` that is of the allotment.")
    ]
    prepaid_credits: Annotated[
        SignedAmount, Meta(description="The part of `credits` that is prepaid.")
    ]
    rule: Annotated[
        CreditRule | None,
        Meta(
            description="Which rule made it; null when somebody asked for it. Unlike "
            "`metadata.reason`, it cannot be written by whoever moves credits."
        ),
    ]
    job: Annotated[LedgerJob | None, Meta(description="The job that it is of, if it is of one.")]
    transfer_id: Annotated[
        TransferIdText | None, Meta(description="The transfer that it is a side of, if it is one.")
    ]
    counterpart: Annotated[Counterpart | None, Meta(description="The other side of that transfer.")]
    api_key_id: Annotated[
        ApiKeyIdText | None, Meta(description="The key that asked for it, if one did.")
    ]
    api_key_name: Annotated[str | None, Meta(description="The name of that key.")]
    operator_id: Annotated[OperatorIdText | None, Meta(description="Who booked it, if one did.")]
    operator_name: Annotated[str | None, Meta(description="The name of that operator.")]
    request_id: Annotated[str | None, Meta(description="The request that made it, if one did.")]


class OpsCreditEventDetail(OpsCreditEvent, frozen=True, rename="camel"):
    """One movement of credits, and what belongs with it."""

    related: Annotated[
        list[OpsCreditEvent],
        Meta(
            max_length=100,
            description="The rows of its job, the other side of its transfer, and what was written in "
            "the same moment by the same request or rule; oldest first, at most 100.",
        ),
    ]


class CreditReservation(Struct, frozen=True, rename="camel"):
    """Credits that a job holds until it ends."""

    job_id: JobIdText
    project_id: ProjectIdText
    format: Annotated[str, Meta(examples=["video_remix"])]
    stage: Annotated[str, Meta(description="Of the job.", examples=["queued"])]
    credits: Annotated[Amount, Meta(description="What it holds.")]
    reserved_at: MillisecondsText
    expires_at: Annotated[
        MillisecondsText, Meta(description="Then the job fails, and they are released.")
    ]


def ops_credit_event_of(
    event: EventWithOrigin, operators: Mapping[UUID, str], env: Literal["live", "test"]
) -> OpsCreditEvent:
    """Return the operator's form of a row of the ledger.

    Args:
        event: the row.
        operators: names by their ids.
        env: of the ledger.
    """
    return OpsCreditEvent(**asdict(credit_event_of(event)), **_origin_of(event, operators, env))


def ops_credit_event_detail_of(
    event: EventWithOrigin,
    related: list[EventWithOrigin],
    operators: Mapping[UUID, str],
    env: Literal["live", "test"],
) -> OpsCreditEventDetail:
    """Return the operator's form of a row and of what belongs with it."""
    return OpsCreditEventDetail(
        **asdict(ops_credit_event_of(event, operators, env)),
        related=[ops_credit_event_of(one, operators, env) for one in related],
    )


def credit_reservation_of(reservation: Reservation) -> CreditReservation:
    """Return the wire form of a reservation."""
    return CreditReservation(
        job_id=format_id("job", reservation.job_id),
        project_id=format_id("prj", reservation.project_id),
        format=reservation.format,
        stage=reservation.stage,
        credits=reservation.credits,
        reserved_at=format_milliseconds(reservation.created_at),
        expires_at=format_milliseconds(reservation.expires_at),
    )


def rule_of(event: EventWithOrigin, env: Literal["live", "test"]) -> CreditRule | None:
    """Return which rule made a row.

    Whoever moves credits may write any metadata, so what only rules do has to agree with it: they alone move the
    allotment, take credits from a child, move some without a key, and begin a ledger of the test environment.
    """
    reason = event.metadata.get("reason")
    is_possible = {
        "grant": event.included_delta > 0 or (env == "test" and event.sequence == 1),
        "adjustment": event.included_delta < 0,
        "allocation": (
            event.is_child == (event.prepaid_delta < 0)
            if reason == "archive_sweep"
            else event.api_key_id is None and event.operator_id is None
        ),
    }.get(event.event_type, False)
    return reason if is_possible and reason in _RULES else None  # type: ignore[return-value]


def _origin_of(
    event: EventWithOrigin, operators: Mapping[UUID, str], env: Literal["live", "test"]
) -> dict[str, Any]:
    key_id, operator_id, transfer_id = event.api_key_id, event.operator_id, event.transfer_id
    return {
        "organization_id": format_id("org", event.organization_id),
        "sequence": event.sequence,
        "included_credits": event.included_delta,
        "prepaid_credits": event.prepaid_delta,
        "rule": rule_of(event, env),
        "job": _job_of(event),
        "transfer_id": None if transfer_id is None else format_id("txn", transfer_id),
        "counterpart": _counterpart_of(event),
        "api_key_id": None if key_id is None else format_id("key", key_id),
        "api_key_name": event.api_key_name,
        "operator_id": None if operator_id is None else format_id("opr", operator_id),
        "operator_name": None if operator_id is None else operators.get(operator_id),
        "request_id": event.request_id,
    }


def _job_of(event: EventWithOrigin) -> LedgerJob | None:
    if event.job_status is None:
        return None
    return LedgerJob(
        status=event.job_status,  # type: ignore[arg-type]  # a job's, by the constraint of its table
        reserved_credits=event.job_reserved or 0,
        charged_credits=event.job_charged or 0,
        refunded_credits=event.job_refunded or 0,
    )


def _counterpart_of(event: EventWithOrigin) -> Counterpart | None:
    if event.counterpart_id is None:
        return None
    return Counterpart(
        organization_id=format_id("org", event.counterpart_id),
        organization_name=event.counterpart_name or "",
        sequence=event.counterpart_sequence or 1,
    )
