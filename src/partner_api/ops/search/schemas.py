"""Wire types of the search."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from partner_api.edge.wire.fields import OrganizationIdText
from partner_api.edge.wire.visible import VISIBLE
from partner_api.ids import Prefix, format_id
from partner_api.search import operator_store

MAX_CHARACTERS = 200
Kind = Literal[operator_store.Kind, "request"]
_PREFIXES: dict[operator_store.Kind, Prefix] = {
    "organization": "org",
    "project": "prj",
    "api_key": "key",
    "social_account": "sa",
    "pool_account": "pool",
    "lease_request": "lreq",
    "job": "job",
    "container": "cnt",
    "transfer": "txn",
    "event": "evt",
    "operator": "opr",
}
KINDS = {prefix: kind for kind, prefix in _PREFIXES.items()}


class SearchQuery(Struct, frozen=True, rename="camel", kw_only=True):
    """What to find."""

    q: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_CHARACTERS,
            description="An id, with its prefix or bare; the public part of a key, `lp_live_…` or "
            "`lpo_…`; or the beginning of a name, a billing e-mail or a handle.",
            examples=["acme"],
            extra=VISIBLE,
        ),
    ]
    limit: Annotated[int, Meta(ge=1, le=50, description="Hits of a kind.")] = 20


class SearchHit(Struct, frozen=True, rename="camel", kw_only=True):
    """A thing that was found, and whose it is."""

    kind: Annotated[Kind, Meta(description="`request`: one to this API; see the audit log.")]
    id: Annotated[str, Meta(examples=["org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"])]
    name: Annotated[str | None, Meta(description="What it is called, or what it is about.")]
    organization_id: OrganizationIdText | None
    organization_name: str | None
    part_of: Annotated[
        str | None,
        Meta(
            description="Of a child its partner, of a container its job, of a delivery its endpoint."
        ),
    ]
    exact: Annotated[
        bool,
        Meta(description="Whether this is what was asked for, and does not only begin with it."),
    ]


class SearchHits(Struct, frozen=True):
    """What was found, the exact hits first."""

    items: list[SearchHit]


def hit_of(hit: operator_store.Hit, text: str, *, by_id: bool) -> SearchHit:
    """Return a hit in its wire form.

    Args:
        hit: as it was found.
        text: what was searched for.
        by_id: whether it was found by its id or key.
    """
    organization_id = hit.organization_id
    return SearchHit(
        kind=hit.kind,
        id=_written(hit.kind, hit),
        name=hit.name,
        organization_id=None if organization_id is None else format_id("org", organization_id),
        organization_name=hit.organization_name,
        part_of=_part_of(hit),
        exact=by_id or (hit.name or "").lower() == text.lower(),
    )


def hit_of_request(request_id: str) -> SearchHit:
    """Return the hit of the id of a request, which the audit log may know."""
    return SearchHit(
        kind="request",
        id=request_id,
        name=None,
        organization_id=None,
        organization_name=None,
        part_of=None,
        exact=True,
    )


def _written(kind: operator_store.Kind, hit: operator_store.Hit) -> str:
    prefix = _PREFIXES.get(kind)
    return str(hit.id) if prefix is None else format_id(prefix, hit.id)


def _part_of(hit: operator_store.Hit) -> str | None:
    if hit.part_of is None:
        return None
    prefix: Prefix | None = {"organization": "org", "container": "job"}.get(hit.kind)  # type: ignore[assignment]
    return str(hit.part_of) if prefix is None else format_id(prefix, hit.part_of)
