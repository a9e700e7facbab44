"""Wire types of API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from partner_api.api_keys import store
from partner_api.clock import format_milliseconds, format_milliseconds_or_none
from partner_api.edge.identity.authentication import RateLimitTier
from partner_api.edge.identity.credentials import Env, key_prefix
from partner_api.edge.identity.scopes import Scope
from partner_api.edge.wire.fields import Amount, ApiKeyIdText, MillisecondsText, OrganizationIdText
from partner_api.edge.wire.pagination import Cursor
from partner_api.edge.wire.visible import VISIBLE
from partner_api.events.data_schemas import ApiKeyKilledData
from partner_api.ids import format_id

if TYPE_CHECKING:
    from partner_api.edge.identity.authentication import Caller

KeyPrefixText = Annotated[
    str,
    Meta(
        description="The part of the key that may be shown and logged.",
        examples=["lp_live_01HX9Y6K7EJ4T2QZ"],
    ),
]


class WhoAmI(Struct, frozen=True, rename="camel"):
    """Whose key this is, and what it may do."""

    organization_id: OrganizationIdText
    workspace_id: Annotated[OrganizationIdText, Meta(description="The same as `organizationId`.")]
    organization_name: str
    parent_organization_id: Annotated[
        OrganizationIdText | None, Meta(description="Null for a partner.")
    ]
    scopes: list[str]
    rate_limit_tier: RateLimitTier
    api_key_id: ApiKeyIdText
    credit_balance: Annotated[Amount, Meta(description="`balance` of `GET /v1/credits`.")]


class ApiKey(Struct, frozen=True, rename="camel"):
    """An API key, without its secret."""

    id: ApiKeyIdText
    organization_id: OrganizationIdText
    name: str
    prefix: KeyPrefixText
    env: Literal["live", "test"]
    scopes: list[str]
    rate_limit_tier: RateLimitTier
    status: Annotated[Literal["active", "revoked"], Meta(description="Revoked for good, or not.")]
    kill_switch: Annotated[bool, Meta(description="Killed: every request gets 503.")]
    created_at: MillisecondsText
    last_used_at: MillisecondsText | None
    rotated_at: MillisecondsText | None
    revoked_at: MillisecondsText | None
    grace_until: Annotated[
        MillisecondsText | None, Meta(description="How long a superseded key still works.")
    ]
    superseded_by: ApiKeyIdText | None


class ApiKeyWithSecret(Struct, frozen=True, rename="camel"):
    """A new key. This is the only time that its secret is shown."""

    api_key: ApiKey
    secret: Annotated[str, Meta(description="The whole key, as a bearer token.")]
    warning: str


class OwnApiKey(Struct, frozen=True, rename="camel", kw_only=True):
    """A key of the caller's own organization, without its secret."""

    id: ApiKeyIdText
    organization_id: OrganizationIdText
    name: str
    prefix: KeyPrefixText
    env: Env
    scopes: list[str]
    kill_switch: Annotated[bool, Meta(description="Killed: every request gets 503.")]
    is_active: Annotated[bool, Meta(description="Whether requests with it are answered.")]
    created_at: MillisecondsText
    last_used_at: Annotated[MillisecondsText | None, Meta(description="To the minute.")]
    rotated_at: MillisecondsText | None
    revoked_at: MillisecondsText | None


class OwnApiKeyWithSecret(Struct, frozen=True, rename="camel"):
    """A key with its new secret, which is shown this once."""

    api_key: OwnApiKey
    secret: Annotated[str, Meta(description="The whole key, as a bearer token.")]
    warning: str


class KilledApiKey(Struct, frozen=True, rename="camel"):
    """A key that was killed."""

    api_key: OwnApiKey
    killed: bool


class DeletedOwnApiKey(Struct, frozen=True, rename="camel"):
    """A key that was deleted."""

    api_key: OwnApiKey
    deleted: bool


class DeletedApiKey(Struct, frozen=True, rename="camel"):
    """A child's key that was deleted."""

    api_key: ApiKey
    deleted: bool


class NewApiKey(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A key to mint."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=120, description="To tell keys apart.", extra=VISIBLE),
    ]
    scopes: Annotated[
        list[Scope | Literal["*"]],
        Meta(
            min_length=1, max_length=64, description="`*` stands for every scope but `org:admin`."
        ),
    ]
    env: Annotated[
        Env, Meta(description="A `test` key sees the test environment and nothing else.")
    ] = "live"


class ApiKeysQuery(Struct, frozen=True, rename="camel"):
    """The page of keys to show."""

    limit: Annotated[int, Meta(ge=1, le=100, description="Keys on a page.")] = 25
    cursor: Cursor | None = None


SECRET_WARNING = "Store this secret now: it is shown once and cannot be read again."  # noqa: S105


def who_am_i(caller: Caller, credit_balance: int) -> WhoAmI:
    """Describe the key of a request and the organization that it acts for."""
    organization_id = format_id("org", caller.organization_id)
    parent_id = caller.parent_organization_id
    return WhoAmI(
        organization_id=organization_id,
        workspace_id=organization_id,
        organization_name=caller.organization_name,
        parent_organization_id=None if parent_id is None else format_id("org", parent_id),
        scopes=sorted(caller.scopes),
        rate_limit_tier=caller.rate_limit_tier,
        api_key_id=format_id("key", caller.api_key_id),
        credit_balance=credit_balance,
    )


def api_key_of(key: store.ApiKey, rate_limit_tier: RateLimitTier) -> ApiKey:
    """Return a key in its wire form; ``rate_limit_tier`` is the partner's."""
    superseded_by = key.superseded_by
    return ApiKey(
        id=format_id("key", key.id),
        organization_id=format_id("org", key.organization_id),
        name=key.name,
        prefix=key_prefix(key.env, key.keyid),
        env=key.env,
        scopes=key.scopes,
        rate_limit_tier="sandbox" if key.env == "test" else rate_limit_tier,
        status="active" if key.revoked_at is None else "revoked",
        kill_switch=key.kill_switch,
        created_at=format_milliseconds(key.created_at),
        last_used_at=format_milliseconds_or_none(key.last_used_at),
        rotated_at=format_milliseconds_or_none(key.rotated_at),
        revoked_at=format_milliseconds_or_none(key.revoked_at),
        grace_until=format_milliseconds_or_none(key.grace_until),
        superseded_by=None if superseded_by is None else format_id("key", superseded_by),
    )


def killed_key_data_of(key: store.ApiKey) -> ApiKeyKilledData:
    """Return what partners are told of a key that was killed."""
    return ApiKeyKilledData(
        organization_id=format_id("org", key.organization_id),
        api_key_id=format_id("key", key.id),
        name=key.name,
        prefix=key_prefix(key.env, key.keyid),
    )


def own_api_key_of(key: store.ApiKey) -> OwnApiKey:
    """Return a key as its own organization sees it."""
    return OwnApiKey(
        id=format_id("key", key.id),
        organization_id=format_id("org", key.organization_id),
        name=key.name,
        prefix=key_prefix(key.env, key.keyid),
        env=key.env,
        scopes=key.scopes,
        kill_switch=key.kill_switch,
        is_active=key.revoked_at is None and not key.kill_switch,
        created_at=format_milliseconds(key.created_at),
        last_used_at=format_milliseconds_or_none(key.last_used_at),
        rotated_at=format_milliseconds_or_none(key.rotated_at),
        revoked_at=format_milliseconds_or_none(key.revoked_at),
    )
