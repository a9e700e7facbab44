"""Wire types of lease requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from partner_api.clock import format_seconds
from partner_api.edge.wire.fields import (
    LeaseRequestIdText,
    ProjectId,
    ProjectIdText,
    SecondsText,
    SocialAccountIdText,
)
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.standards import COUNTRY
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import format_id
from partner_api.lease_requests.store import RequestStatus
from partner_api.projects.schemas import LanguageTag

if TYPE_CHECKING:
    from partner_api.lease_requests import store

MAX_COUNT = 50
# In Python, $ alone would let a newline at the end pass.
Country = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z]{2}$(?!\n)",
        description="ISO 3166-1 alpha-2 code, as assigned.",
        examples=["GB"],
        extra=COUNTRY,
    ),
]
Vertical = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="What it posts about.",
        examples=["food_and_drink"],
        extra=VISIBLE,
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=2000, extra=VISIBLE)]
PartnerRequestId = Annotated[
    str,
    Meta(
        pattern=r"^(?!lreq_)[A-Za-z0-9_-]{1,64}$(?!\n)",
        description="Your own name for the request; unique among your organization's.",
        examples=["spring-launch"],
    ),
]


class Niche(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What the accounts should be about, and for whom."""

    vertical: Vertical
    audience: Annotated[str, Meta(min_length=1, max_length=500, extra=VISIBLE)] | None = None
    language: LanguageTag | None = None
    geo: Annotated[list[Country], Meta(max_length=249)] = []


class NewLeaseRequest(
    Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """A request for accounts. Nothing is charged before an operator assigns them."""

    project_id: Annotated[ProjectId, Meta(description="The project of the path.")]
    count: Annotated[int, Meta(ge=1, le=MAX_COUNT, description="How many accounts.")]
    niche: Niche
    target: Annotated[Text | None, Meta(description="What you want to achieve with them.")] = None
    note: Annotated[Text | None, Meta(description="For the operator.")] = None
    request_id: PartnerRequestId | None = None


class LeaseRequestsQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """Filters of the list of lease requests."""

    status: Annotated[
        list[RequestStatus] | None, Meta(description="Only these; repeat it for several.")
    ] = None
    limit: Annotated[int, Meta(ge=1, le=100, description="Requests on a page.")] = 25
    cursor: Cursor | None = None


class LeaseRequest(Struct, frozen=True, rename="camel", kw_only=True):
    """A request for accounts and, once it is answered, its result."""

    id: LeaseRequestIdText
    request_id: Annotated[str, Meta(description="Your own name for it, else `id`.")]
    project_id: ProjectIdText
    status: Annotated[
        RequestStatus,
        Meta(
            description="`partial`: fewer accounts than asked for. All but `requested` are final."
        ),
    ]
    count: Annotated[int, Meta(ge=1, le=MAX_COUNT)]
    niche: Niche
    target: str | None
    note: Annotated[str | None, Meta(description="The operator's answer.")]
    submitted_at: SecondsText
    assigned_at: SecondsText | None
    assigned_social_account_ids: list[SocialAccountIdText]


def lease_request_of(request: store.LeaseRequest) -> LeaseRequest:
    """Return the wire form of a lease request."""
    public_id = format_id("lreq", request.id)
    social_account_ids = request.assigned_social_account_ids
    answered_at = request.answered_at if social_account_ids else None
    return LeaseRequest(
        id=public_id,
        request_id=request.partner_request_id or public_id,
        project_id=format_id("prj", request.project_id),
        status=request.status,
        count=request.count,
        niche=Niche(
            vertical=request.vertical,
            audience=request.audience,
            language=request.language,
            geo=request.geo,
        ),
        target=request.target,
        note=request.operator_note,
        submitted_at=format_seconds(request.submitted_at),
        assigned_at=None if answered_at is None else format_seconds(answered_at),
        assigned_social_account_ids=[format_id("sa", each) for each in social_account_ids],
    )
