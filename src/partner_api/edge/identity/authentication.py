"""Who is calling: from a bearer token to a caller, in one round trip shared with other requests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from partner_api.database.lookups import Lookup
from partner_api.edge.batching import Batcher
from partner_api.edge.identity.credentials import Env
from partner_api.edge.identity.scopes import Role
from partner_api.edge.identity.verified import VerifiedTokens
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Pool, Row
    from partner_api.edge.identity.credentials import ApiKeyCredential, OperatorCredential

MAX_HEADER_BYTES = 1024
RateLimitTier = Literal["standard", "pilot", "partner", "sandbox", "internal"]

# One key's row, its organization and that one's parent. Each row is found by its primary or unique
# key within one tenant.
_KEYS = Lookup(
    """
SELECT k.id, k.secret_hash, k.hash_key_id, k.env, k.scopes, k.kill_switch, k.revoked_at,
       k.grace_until, k.demo, o.id AS organization_id, o.name AS organization_name, o.parent_id,
       o.status, p.status AS parent_status,
       coalesce(p.rate_limit_tier, o.rate_limit_tier) AS rate_limit_tier
  FROM {asked}
  LEFT JOIN api_keys k ON k.tenant_id = asked.tenant_id AND k.keyid = asked.keyid
  LEFT JOIN organizations o ON o.tenant_id = k.tenant_id AND o.id = k.organization_id
  LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
 ORDER BY asked.position
""",
    tenant_id="bigint",
    keyid="text",
)
_FIND_OPERATOR = """
SELECT id, name, role, secret_hash, hash_key_id, expires_at, revoked_at, demo
  FROM operators WHERE keyid = $1
"""


class Caller(msgspec.Struct, frozen=True):
    """On whose behalf a request acts: the key's organization, or a child named in a header."""

    tenant_id: int
    organization_id: UUID
    organization_name: str
    parent_organization_id: UUID | None
    api_key_id: UUID
    keyid: str
    """Of the secret that was presented: another after the key was rotated in place."""
    env: Env
    scopes: frozenset[str]
    rate_limit_tier: RateLimitTier
    demo: bool
    """Whether the key was made by the demo; whatever it mints is marked in the same way."""

    @property
    def partner_id(self) -> UUID:
        """The top-level organization: the parent, or the organization itself."""
        return self.parent_organization_id or self.organization_id


class OperatorCaller(msgspec.Struct, frozen=True):
    """The operator whose token a request carries."""

    operator_id: UUID
    keyid: str
    """Of the token that was presented: another after it was rotated."""
    name: str
    role: Role
    demo: bool
    """Whether the token was made by the demo; whatever it mints is marked in the same way."""


class KeyRejected(ApiError):
    """The refusal of a key whose secret was right: the client sees the error it was made of."""

    def __init__(self, error: ApiError, tenant_id: int, row: Row) -> None:
        super().__init__(error.code, error.message, error.details)
        self.tenant_id = tenant_id
        self.organization_id: UUID = row["organization_id"]
        self.api_key_id: UUID = row["id"]


class Authenticator:
    """Verifies tokens against the database, at every request: what is revoked is out at once.

    ``verified``: the tokens that were good lately, as those who let callers in have noted them.

    Args:
        pool: of the database.
        secret_keys: what secrets are hashed with.
        development: whether credentials of the demo are accepted; otherwise they are refused like
            those that were revoked.
    """

    def __init__(self, pool: Pool, secret_keys: SecretKeys, *, development: bool) -> None:
        self._pool = pool
        self._secret_keys = secret_keys
        self._development = development
        self._keys: Batcher[tuple[int, str], Any] = Batcher(self._find_keys)
        self.verified = VerifiedTokens()

    async def api_key(self, credential: ApiKeyCredential, now: datetime) -> Caller:
        """Authenticate a request with an API key.

        Args:
            credential: the key, as it was presented.
            now: the time at which a grace period must not be over.

        Raises:
            ApiError: UNAUTHENTICATED, the same in every case; KILL_SWITCH for a valid key that is
                killed, or whose organization or partner is not active.
        """
        row = await self._keys.get((credential.tenant_id, credential.keyid))
        # Nothing about a row counts before the secret has shown that the caller owns it.
        if row["id"] is None or not self._secret_keys.verify(
            row["hash_key_id"], row["secret_hash"], credential.secret
        ):
            raise ApiError("UNAUTHENTICATED")
        if (
            row["env"] != credential.env
            or (row["demo"] and not self._development)
            or row["revoked_at"] is not None
            or (row["grace_until"] is not None and row["grace_until"] <= now)
        ):
            raise KeyRejected(ApiError("UNAUTHENTICATED"), credential.tenant_id, row)
        if row["kill_switch"]:
            raise KeyRejected(killed("key"), credential.tenant_id, row)
        if row["status"] != "active" or row["parent_status"] not in (None, "active"):
            raise KeyRejected(killed("organization"), credential.tenant_id, row)
        return Caller(
            credential.tenant_id,
            row["organization_id"],
            row["organization_name"],
            row["parent_id"],
            row["id"],
            credential.keyid,
            credential.env,
            frozenset(row["scopes"]),
            "sandbox" if credential.env == "test" else row["rate_limit_tier"],
            row["demo"],
        )

    async def operator(self, credential: OperatorCredential, now: datetime) -> OperatorCaller:
        """Authenticate a request with an operator's token.

        Raises:
            ApiError: UNAUTHENTICATED, the same in every case.
        """
        row = await self._pool.fetchrow(_FIND_OPERATOR, credential.keyid)
        if row is None or not self._secret_keys.verify(
            row["hash_key_id"], row["secret_hash"], credential.secret
        ):
            raise ApiError("UNAUTHENTICATED")
        if (
            (row["demo"] and not self._development)
            or row["revoked_at"] is not None
            or (row["expires_at"] is not None and row["expires_at"] <= now)
        ):
            raise ApiError("UNAUTHENTICATED")
        return OperatorCaller(row["id"], credential.keyid, row["name"], row["role"], row["demo"])

    async def _find_keys(self, keys: list[tuple[int, str]]) -> list[Any]:
        return await _KEYS.fetch(self._pool, keys)


def killed(scope: Literal["key", "organization"]) -> ApiError:
    """Make the refusal of what is suspended."""
    return ApiError("KILL_SWITCH", details={"scope": scope})


def bearer_token(headers: list[bytes]) -> str:
    """Return the token of a request's Authorization headers; empty when there is not exactly one."""
    if len(headers) != 1 or len(headers[0]) > MAX_HEADER_BYTES:
        return ""
    scheme, _, token = headers[0].decode("latin-1").partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else ""
