"""Who is calling: from a bearer token to a caller, in one round trip shared with other requests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from partner_api.credits.store import WalletKey
from partner_api.edge.batching import Batcher
from partner_api.edge.identity import store
from partner_api.edge.identity.credentials import Env
from partner_api.edge.identity.scopes import Role
from partner_api.edge.identity.subject import Subject
from partner_api.edge.identity.verified import VerifiedTokens
from partner_api.errors import ApiError
from partner_api.operators import link_store, session_store

if TYPE_CHECKING:
    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Pool
    from partner_api.edge.identity.credentials import (
        ApiKeyCredential,
        OperatorCredential,
        SessionCredential,
        SignInLinkCredential,
    )
    from partner_api.edge.identity.subject import SubjectLookup

MAX_HEADER_BYTES = 1024
RateLimitTier = Literal["standard", "pilot", "partner", "sandbox", "internal"]


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
    portal_session_id: UUID | None = None
    """The session of the portal that asks, in place of the key that asked for the session."""

    @property
    def counted_as(self) -> UUID:
        """Whose rate limits and idempotency keys these are: a session of the portal shares none with its key."""
        return self.portal_session_id or self.api_key_id

    @property
    def partner_id(self) -> UUID:
        """The top-level organization: the parent, or the organization itself."""
        return self.parent_organization_id or self.organization_id


class Admitted(NamedTuple):
    """Who a key's secret has shown to be calling, and what was read with the key if something was asked for."""

    caller: Caller
    subject: Subject | None


class OperatorCaller(msgspec.Struct, frozen=True):
    """The operator whose token a request carries."""

    operator_id: UUID
    keyid: str
    """Of the token that was presented: another after it was rotated."""
    name: str
    role: Role
    demo: bool
    """Whether the token was made by the demo; whatever it mints is marked in the same way."""
    session_id: UUID | None = None
    """The session of a browser that lets the operator in; None where the request carries the token."""


class OperatorSession(msgspec.Struct, frozen=True):
    """The session of an operator's browser: who it is, and what was filled in when the one before it ended."""

    id: UUID
    operator: OperatorCaller
    expires_at: datetime
    kept_form: dict[str, Any] | None


class KeyRejected(ApiError):
    """The refusal of a key whose secret was right: the client sees the error that it wraps."""

    def __init__(self, error: ApiError, tenant_id: int, key: store.KnownKey) -> None:
        super().__init__(error.code, error.message, error.details)
        self.tenant_id = tenant_id
        self.organization_id = key.organization_id
        self.api_key_id = key.id


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
        self._keys: Batcher[store.KeyLookup, store.FoundKey | None] = Batcher(
            self._find_keys, apart=lambda asked: asked.tenant_id, name="keys"
        )
        self._operators: Batcher[str, store.KnownOperator | None] = Batcher(
            self._find_operators, name="operators"
        )
        self.verified = VerifiedTokens()

    async def api_key(
        self, credential: ApiKeyCredential, now: datetime, subject: SubjectLookup | None = None
    ) -> Admitted:
        """Authenticate a request with an API key.

        Args:
            credential: the key, as it was presented.
            now: the time at which a grace period must not be over.
            subject: what to read in the same round trip.

        Raises:
            ApiError: UNAUTHENTICATED, the same in every case; KILL_SWITCH for a valid key that is
                killed, or whose organization or partner is not active.
        """
        found = await self._keys.get(
            store.KeyLookup(credential.tenant_id, credential.keyid, *(subject or ()))
        )
        # Nothing about a key counts before the secret has shown that the caller owns it, nor what was read with it.
        if found is None or not self._secret_keys.verify(
            found.key.hash_key_id, found.key.secret_hash, credential.secret
        ):
            raise ApiError("UNAUTHENTICATED")
        key = found.key
        if (
            key.env != credential.env
            or (key.demo and not self._development)
            or key.revoked_at is not None
            or (key.grace_until is not None and key.grace_until <= now)
        ):
            raise KeyRejected(ApiError("UNAUTHENTICATED"), credential.tenant_id, key)
        if key.kill_switch:
            raise KeyRejected(killed("key"), credential.tenant_id, key)
        if key.status != "active" or key.parent_status not in (None, "active"):
            raise KeyRejected(killed("organization"), credential.tenant_id, key)
        caller = Caller(
            credential.tenant_id,
            key.organization_id,
            key.organization_name,
            key.parent_id,
            key.id,
            credential.keyid,
            credential.env,
            frozenset(key.scopes),
            "sandbox" if credential.env == "test" else key.rate_limit_tier,
            key.demo,
        )
        return Admitted(caller, None if subject is None else _subject(caller, subject, found))

    async def operator(self, credential: OperatorCredential, now: datetime) -> OperatorCaller:
        """Authenticate a request with an operator's token.

        Raises:
            ApiError: UNAUTHENTICATED, the same in every case.
        """
        operator = await self._operators.get(credential.keyid)
        if operator is None or not self._secret_keys.verify(
            operator.hash_key_id, operator.secret_hash, credential.secret
        ):
            raise ApiError("UNAUTHENTICATED")
        if (
            (operator.demo and not self._development)
            or operator.revoked_at is not None
            or (operator.expires_at is not None and operator.expires_at <= now)
        ):
            raise ApiError("UNAUTHENTICATED")
        return OperatorCaller(
            operator.id, credential.keyid, operator.name, operator.role, operator.demo
        )

    async def session(self, credential: SessionCredential, now: datetime) -> OperatorSession | None:
        """Return the session of an operator's browser; None for one that has ended, with its token or by itself.

        Raises:
            ApiError: UNAUTHENTICATED: there was never such a session.
        """
        found = await session_store.find_session(self._pool, credential.keyid)
        if found is None or not self._secret_keys.verify(
            found.hash_key_id, found.secret_hash, credential.secret
        ):
            raise ApiError("UNAUTHENTICATED")
        if found.ended_at is not None or not self._is_good(found, now):
            return None
        operator = OperatorCaller(
            found.operator_id, found.operator_keyid, found.name, found.role, found.demo, found.id
        )
        return OperatorSession(found.id, operator, found.expires_at, found.kept_form)

    async def sign_in_link(
        self, credential: SignInLinkCredential, now: datetime
    ) -> OperatorCaller | None:
        """Return the operator whom a link signs in; None for one that was used, or has ended.

        Raises:
            ApiError: UNAUTHENTICATED: there was never such a link.
        """
        found = await link_store.find_link(self._pool, credential.keyid)
        if found is None or not self._secret_keys.verify(
            found.hash_key_id, found.secret_hash, credential.secret
        ):
            raise ApiError("UNAUTHENTICATED")
        if found.used_at is not None or not self._is_good(found, now):
            return None
        return OperatorCaller(
            found.operator_id, found.operator_keyid, found.name, found.role, found.demo
        )

    def _is_good(
        self, found: session_store.KnownSession | link_store.KnownLink, now: datetime
    ) -> bool:
        """Return whether a session or a link is good by its time, and by the token that made it."""
        return (
            now < found.expires_at
            and found.operator_revoked_at is None
            and (found.operator_expires_at is None or now < found.operator_expires_at)
            and found.current_keyid == found.operator_keyid
            and (self._development or not found.demo)
        )

    async def _find_keys(self, asked: list[store.KeyLookup]) -> list[store.FoundKey | None]:
        return await store.find_keys(self._pool, asked)

    async def _find_operators(self, keyids: list[str]) -> list[store.KnownOperator | None]:
        return await store.find_operators(self._pool, keyids)


def _subject(caller: Caller, asked: SubjectLookup, found: store.FoundKey) -> Subject:
    own = caller.organization_id
    key = (
        WalletKey(caller.tenant_id, own)
        if asked.child_id is None
        else WalletKey(caller.tenant_id, asked.child_id, own)
    )
    return Subject(found.child, found.wallet, key)


def killed(scope: Literal["key", "organization"]) -> ApiError:
    """Return the refusal of what is suspended."""
    return ApiError("KILL_SWITCH", details={"scope": scope})


def bearer_token(headers: list[bytes]) -> str:
    """Return the token of a request's Authorization headers; empty when there is not exactly one."""
    if len(headers) != 1 or len(headers[0]) > MAX_HEADER_BYTES:
        return ""
    scheme, _, token = headers[0].decode("latin-1").partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else ""
