"""Wire types of lease requests, as the operator sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct, convert, field
from msgspec.structs import asdict

from partner_api.account_pool import candidate_store as candidates
from partner_api.edge.request.validation import InvalidField
from partner_api.edge.wire.fields import Amount, OrganizationId, OrganizationIdText, PoolAccountId
from partner_api.edge.wire.pagination import Cursor
from partner_api.ids import format_id
from partner_api.lease_requests.schemas import (
    MAX_COUNT,
    LeaseRequest,
    RequestStatus,
    Text,
    lease_request_of,
)
from partner_api.lease_requests.store import LeaseRequestRow
from partner_api.ops.pool.schemas import PoolAccount, pool_account_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.database.connection import Row

Criterion = Literal["vertical", "language", "geo", "followers"]


class QueueQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the queue."""

    status: Annotated[
        list[RequestStatus],
        Meta(description="Only these; repeat it for several. Without it, `requested`."),
    ] = field(default_factory=lambda: ["requested"])
    organization_id: Annotated[
        OrganizationId | None, Meta(description="Only of this organization's projects.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Requests on a page.")] = 25
    cursor: Cursor | None = None


class OpsLeaseRequest(LeaseRequest, frozen=True, rename="camel", kw_only=True):
    """A lease request with whose it is and what it says to the operator."""

    organization_id: OrganizationIdText
    partner_note: Annotated[str | None, Meta(description="What the partner wrote with it.")]


class Fulfilment(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The accounts for a request. Their first month is charged at once."""

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
        """Refuse an account that is there twice."""
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
    """What a candidate has points for."""

    criterion: Criterion
    points: Annotated[int, Meta(ge=0, le=50)]
    of: Annotated[int, Meta(ge=10, le=50, description="The most that there are for it.")]
    text: Annotated[str, Meta(examples=["reaches GB, US of CA, GB, US"])]


class Candidate(PoolAccount, frozen=True, rename="camel", kw_only=True):
    """An available account, and how well it fits."""

    score: Annotated[int, Meta(ge=0, le=100, description="The points of the reasons together.")]
    reasons: list[Reason]


def answered_request_of(facts: dict[str, Any]) -> OpsLeaseRequest:
    """Make the answer of the facts of ``requests_store.fulfil`` or ``requests_store.reject``."""
    return ops_lease_request_of(asdict(convert(facts, LeaseRequestRow)))


def ops_lease_request_of(row: Row | dict[str, Any]) -> OpsLeaseRequest:
    """Make the wire form of a row of ``lease_requests``."""
    return OpsLeaseRequest(
        **asdict(lease_request_of(row)),
        organization_id=format_id("org", row["organization_id"]),
        partner_note=row["partner_note"],
    )


def candidate_of(row: Row, request: Row) -> Candidate:
    """Make the wire form of a row of ``candidates.list_candidates`` for a row of ``lease_requests``."""
    return Candidate(
        **asdict(pool_account_of(row)), score=row["score"], reasons=list(_reasons(row, request))
    )


def _reasons(row: Row, request: Row) -> Iterator[Reason]:
    yield Reason(
        "vertical",
        row["vertical_points"],
        candidates.VERTICAL_POINTS,
        _vertical(row, request["vertical"]),
    )
    yield Reason(
        "language",
        row["language_points"],
        candidates.LANGUAGE_POINTS,
        _language(row, request["language"]),
    )
    yield Reason("geo", row["geo_points"], candidates.GEO_POINTS, _geo(row, request["geo"]))
    yield Reason(
        "followers",
        row["followers_points"],
        candidates.FOLLOWERS_POINTS,
        f"has {row['followers']:,} followers",
    )


def _vertical(row: Row, asked: str) -> str:
    points = row["vertical_points"]
    if points == candidates.VERTICAL_POINTS:
        return f"is about {asked}"
    return f"is about {row['vertical']}, {'near' if points else 'not'} {asked}"


def _language(row: Row, asked: str | None) -> str:
    points = row["language_points"]
    if asked is None:
        return f"speaks {row['language']}, and any language will do"
    if points == candidates.LANGUAGE_POINTS:
        return f"speaks {asked}"
    return f"speaks {row['language']}, {'a form of' if points else 'not'} {asked}"


def _geo(row: Row, asked: list[str]) -> str:
    if not asked:
        return "reaches where it does, and any country will do"
    reached = [country for country in dict.fromkeys(asked) if country in row["geo"]]
    return f"reaches {', '.join(reached) or 'none'} of {', '.join(dict.fromkeys(asked))}"
