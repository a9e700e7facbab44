"""The text of API keys, operators' tokens, sessions and links: how they are written and read.

The id of a key, and of a session of the portal, carries the tenant, so that looking it up touches one tenant only.
Until the secret verifies, that tenant is a hint and nothing more.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from partner_api.crypto import new_secret
from partner_api.ids import decode_crockford, encode_crockford

Env = Literal["live", "test"]
TENANT_BITS = 40

_TENANT_CHARACTERS = 8
_UUID_CHARACTERS = 26
_UUID_BITS = 128
_KEYID = r"[0-9A-HJKMNP-TV-Z]{16}"
_SECRET = r"[A-Za-z0-9_-]{43}"  # noqa: S105 - the form of one
# A secret may contain "_", hence fixed lengths instead of splitting.
_API_KEY = re.compile(rf"lp_(live|test)_({_KEYID})_({_SECRET})")
_OPERATOR_TOKEN = re.compile(rf"lpo_({_KEYID})_({_SECRET})")
_SESSION = re.compile(rf"lps_({_KEYID})_({_SECRET})")
_SIGN_IN_LINK = re.compile(rf"lpl_({_KEYID})_({_SECRET})")
_PORTAL = re.compile(rf"lp(k|p)_([0-9A-HJKMNP-TV-Z]{{34}})_({_SECRET})")


class ApiKeyCredential(msgspec.Struct, frozen=True):
    """A well-formed API key, not verified yet. ``keyid`` may be logged, ``secret`` never."""

    env: Env
    keyid: str
    secret: str

    @property
    def text(self) -> str:
        """The key as its owner presents it."""
        return f"lp_{self.env}_{self.keyid}_{self.secret}"

    @property
    def tenant_id(self) -> int:
        """The tenant that the key's id names."""
        return decode_crockford(self.keyid[:_TENANT_CHARACTERS])


class _Credential(msgspec.Struct, frozen=True):
    """What has a public part and a secret; its kind is in its prefix."""

    prefix: ClassVar[str]
    keyid: str
    secret: str

    @property
    def text(self) -> str:
        """The whole of it, as its owner presents it."""
        return f"{self.prefix}_{self.keyid}_{self.secret}"


class OperatorCredential(_Credential, frozen=True):
    """A well-formed operator's token, not verified yet."""

    prefix = "lpo"


class SessionCredential(_Credential, frozen=True):
    """A well-formed credential of an operator's browser session, not verified yet."""

    prefix = "lps"


class SignInLinkCredential(_Credential, frozen=True):
    """A well-formed one-time link to the console, not verified yet; its text is a part of the address."""

    prefix = "lpl"


class PortalCredential(msgspec.Struct, frozen=True):
    """A well-formed link to the portal, or the credential of the session that it opened, not verified yet."""

    kind: Literal["link", "session"]
    tenant_id: int
    id: UUID
    """Of the session: the link and what it opens are one row."""
    secret: str

    @property
    def keyid(self) -> str:
        """Its public part."""
        tenant = encode_crockford(self.tenant_id, _TENANT_CHARACTERS)
        return tenant + encode_crockford(self.id.int, _UUID_CHARACTERS)

    @property
    def text(self) -> str:
        """The link as it stands in its address, or the session as the browser presents it."""
        return f"lp{'k' if self.kind == 'link' else 'p'}_{self.keyid}_{self.secret}"

    def opened_by(self, form_key: str) -> PortalCredential:
        """Return the session that a link opens for a form: the same for the same form, and no other's.

        So a form that was sent twice is answered twice with the one session, and nobody without the link can name it.
        """
        digest = hmac.digest(self.secret.encode(), form_key.encode(), "sha256")
        secret = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return PortalCredential("session", self.tenant_id, self.id, secret)


def mint_api_key(tenant_id: int, env: Env) -> ApiKeyCredential:
    """Create a new API key of a tenant.

    Args:
        tenant_id: 1 to 2**40 - 1.
        env: the tenant's environment.
    """
    if not 0 < tenant_id < 1 << TENANT_BITS:
        raise ValueError("a tenant id has 40 bits and is not 0")
    keyid = encode_crockford(tenant_id, _TENANT_CHARACTERS) + _random_characters(8)
    return ApiKeyCredential(env, keyid, new_secret())


def mint_operator_token() -> OperatorCredential:
    """Create a new operator's token."""
    return OperatorCredential(_random_characters(16), new_secret())


def mint_session() -> SessionCredential:
    """Create a credential for a new session."""
    return SessionCredential(_random_characters(16), new_secret())


def mint_sign_in_link() -> SignInLinkCredential:
    """Create a credential for a new one-time link to the console."""
    return SignInLinkCredential(_random_characters(16), new_secret())


def mint_portal_link(tenant_id: int, session_id: UUID) -> PortalCredential:
    """Create a link to the portal."""
    return PortalCredential("link", tenant_id, session_id, new_secret())


def parse_api_key(text: str) -> ApiKeyCredential | None:
    """Read an API key, ``lp_<env>_<keyid>_<secret>``; None when it has another form."""
    match = _API_KEY.fullmatch(text)
    if match is None:
        return None
    return ApiKeyCredential("live" if match[1] == "live" else "test", match[2], match[3])


def parse_operator_token(text: str) -> OperatorCredential | None:
    """Read an operator's token, ``lpo_<keyid>_<secret>``; None when it has another form."""
    match = _OPERATOR_TOKEN.fullmatch(text)
    return match and OperatorCredential(match[1], match[2])


def parse_session(text: str) -> SessionCredential | None:
    """Read the credential of a session, ``lps_<keyid>_<secret>``; None when it has another form."""
    match = _SESSION.fullmatch(text)
    return match and SessionCredential(match[1], match[2])


def parse_sign_in_link(text: str) -> SignInLinkCredential | None:
    """Read the credential of a one-time link, ``lpl_<keyid>_<secret>``; None when it has another form."""
    match = _SIGN_IN_LINK.fullmatch(text)
    return match and SignInLinkCredential(match[1], match[2])


def parse_portal(text: str, kind: Literal["link", "session"]) -> PortalCredential | None:
    """Read a link ``lpk_<keyid>_<secret>`` or a session ``lpp_…`` of the portal; None when it has another form."""
    match = _PORTAL.fullmatch(text)
    if match is None or (match[1] == "k") != (kind == "link"):
        return None
    number = decode_crockford(match[2][_TENANT_CHARACTERS:])
    if number >> _UUID_BITS:
        return None
    tenant_id = decode_crockford(match[2][:_TENANT_CHARACTERS])
    return PortalCredential(kind, tenant_id, UUID(int=number), match[3])


def key_prefix(env: Env, keyid: str) -> str:
    """Write the part of an API key that may be shown, ``lp_live_<keyid>``."""
    return f"lp_{env}_{keyid}"


def _random_characters(count: int) -> str:
    return encode_crockford(secrets.randbits(5 * count), count)
