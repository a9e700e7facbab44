"""Wire types of lease requests, as the operator sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct, convert, field
from msgspec.structs import asdict

from partner_api.account_pool import candidate_store
from partner_api.clock import format_seconds
from partner_api.edge.request.validation import InvalidField
from partner_api.edge.wire.fields import (
    Amount,
    LeaseRequestId,
    OrganizationId,
    OrganizationIdText,
    PoolAccountId,
    SecondsText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id
from partner_api.lease_requests import operator_store, store
from partner_api.lease_requests.schemas import (
    MAX_COUNT,
    LeaseRequest,
    Text,
    lease_request_of,
)
from partner_api.ops.pool.schemas import PoolAccount, pool_account_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Criterion = Literal["vertical", "language", "geo", "followers"]


class QueueQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of all lease requests."""

    status: Annotated[
        list[store.RequestStatus],
        Meta(
            description="Only requests of this status; repeat it for several. Default: `requested` only."
        ),
    ] = field(default_factory=lambda: ["requested"])
    organization_id: Annotated[
        OrganizationId | None, Meta(description="Only of this organization's projects.")
    ] = None
    after: Annotated[
        LeaseRequestId | None, Meta(description="Only requests that were made after this one.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Requests on a page.")] = 25
    cursor: Cursor | None = None


class OpsLeaseRequest(LeaseRequest, frozen=True, rename="camel", kw_only=True):
    """A lease request, with its organization and what the partner wrote to the operator."""

    organization_id: OrganizationIdText
    partner_note: Annotated[str | None, Meta(description="What the partner wrote with it.")]


class QueuedLeaseRequest(OpsLeaseRequest, frozen=True, rename="camel", kw_only=True):
    """A lease request with the names of what it is for, and what its partner can pay with."""

    organization_name: str
    project_name: str
    partner_id: OrganizationIdText
    partner_name: str
    cash_balance_cents: Annotated[
        int | None, Meta(description="Of the partner; null if it has no cash wallet.")
    ]
    answered_at: Annotated[
        SecondsText | None, Meta(description="When it was assigned or rejected.")
    ]


class Fulfilment(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The accounts for a request. Their first month is charged immediately."""

    pool_account_ids: Annotated[
        list[PoolAccountId],
        Meta(
            min_length=1,
            max_length=MAX_COUNT,
            description="As many as the request asks for, or fewer: then it is `partial`.",
        ),
    ]
    note: Annotated[Text | None, Meta(description="For the partner.")] = None
    monthly_price_cents: Annotated[
        Amount | None,
        Meta(description="Of each; without it, each has the price that the pool says."),
    ] = None

    def __post_init__(self) -> None:
        """Refuse an account that is named twice."""
        if len(set(self.pool_account_ids)) < len(self.pool_account_ids):
            raise InvalidField("poolAccountIds", "Expected each account once")


class Rejection(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why a request is not answered with accounts."""

    note: Annotated[Text, Meta(description="For the partner.")]


class CandidatesQuery(Struct, frozen=True, kw_only=True):
    """Which candidates to show."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Candidates on a page.")] = 25
    cursor: Cursor | None = None


class Reason(Struct, frozen=True):
    """One criterion, and the points that a candidate has for it."""

    criterion: Criterion
    points: Annotated[int, Meta(ge=0, le=50)]
    of: Annotated[int, Meta(ge=10, le=50, description="The most that there are for it.")]
    text: Annotated[str, Meta(examples=["reaches GB, US of CA, GB, US"])]


class Candidate(PoolAccount, frozen=True, rename="camel", kw_only=True):
    """An available account, and how well it fits."""

    score: Annotated[int, Meta(ge=0, le=100, description="The points of the reasons together.")]
    reasons: list[Reason]


def answered_request_of(facts: dict[str, Any]) -> OpsLeaseRequest:
    """Return the answer made of the facts of ``store.fulfil`` or ``store.reject``."""
    return ops_lease_request_of(convert(facts, store.LeaseRequest))


def ops_lease_request_of(request: store.LeaseRequest) -> OpsLeaseRequest:
    """Return the wire form of a lease request, with its organization and the partner's note."""
    return OpsLeaseRequest(
        **asdict(lease_request_of(request)),
        organization_id=format_id("org", request.organization_id),
        partner_note=request.partner_note,
    )


def queued_request_of(request: operator_store.QueuedRequest) -> QueuedLeaseRequest:
    """Return the wire form of a lease request in the queue."""
    return QueuedLeaseRequest(
        **asdict(ops_lease_request_of(request)),
        organization_name=request.organization_name,
        project_name=request.project_name,
        partner_id=format_id("org", request.partner_id),
        partner_name=request.partner_name,
        cash_balance_cents=request.cash_balance_cents,
        answered_at=None if request.answered_at is None else format_seconds(request.answered_at),
    )


def candidate_of(candidate: candidate_store.Candidate, request: store.LeaseRequest) -> Candidate:
    """Return the wire form of a candidate for a lease request."""
    return Candidate(
        **asdict(pool_account_of(candidate)),
        score=candidate.score,
        reasons=list(_reasons(candidate, request)),
    )


def _reasons(candidate: candidate_store.Candidate, request: store.LeaseRequest) -> Iterator[Reason]:
    yield Reason(
        "vertical",
        candidate.vertical_points,
        candidate_store.VERTICAL_POINTS,
        _vertical(candidate, request.vertical),
    )
    yield Reason(
        "language",
        candidate.language_points,
        candidate_store.LANGUAGE_POINTS,
        _language(candidate, request.language),
    )
    yield Reason(
        "geo", candidate.geo_points, candidate_store.GEO_POINTS, _geo(candidate, request.geo)
    )
    yield Reason(
        "followers",
        candidate.followers_points,
        candidate_store.FOLLOWERS_POINTS,
        f"has {candidate.followers:,} followers",
    )


def _vertical(candidate: candidate_store.Candidate, asked: str) -> str:
    points = candidate.vertical_points
    if points == candidate_store.VERTICAL_POINTS:
        return f"is about {asked}"
    return f"is about {candidate.vertical}, {'near' if points else 'not'} {asked}"


def _language(candidate: candidate_store.Candidate, asked: str | None) -> str:
    points = candidate.language_points
    if asked is None:
        return f"speaks {candidate.language}, and any language will do"
    if points == candidate_store.LANGUAGE_POINTS:
        return f"speaks {asked}"
    return f"speaks {candidate.language}, {'a form of' if points else 'not'} {asked}"


def _geo(candidate: candidate_store.Candidate, asked: list[str]) -> str:
    if not asked:
        return "reaches where it does, and any country will do"
    reached = [country for country in dict.fromkeys(asked) if country in candidate.geo]
    return f"reaches {', '.join(reached) or 'none'} of {', '.join(dict.fromkeys(asked))}"
