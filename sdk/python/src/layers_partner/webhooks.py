"""Webhooks: whether a request comes from Layers, and the event that it brings."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast

from layers_partner.core.answers import NotJson, parse_json
from layers_partner.errors import ConfigurationError, WebhookVerificationError

if TYPE_CHECKING:
    from layers_partner.partner.types import WebhookEvent

DEFAULT_TOLERANCE_SECONDS: Final = 300
_HEADER: Final = "x-layers-signature"
_TIME: Final = re.compile(r"[0-9]{1,12}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_HEADER: Final = 4096


class HasItems(Protocol):
    """Headers that are no mapping, such as those of `http.server`."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return names and values."""


HeaderPairs: TypeAlias = (
    Mapping[str, str] | HasItems | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
)
"""Headers as frameworks have them: a mapping, or pairs of text or bytes."""


def verify(
    body: bytes,
    headers: HeaderPairs,
    secret: str | Sequence[str],
    tolerance: float = DEFAULT_TOLERANCE_SECONDS,
    *,
    now: float | None = None,
) -> WebhookEvent:
    """Check that a request was signed with the endpoint's secret, not long ago, and return its event.

    Args:
        body: of the request, the very bytes that arrived: JSON that was parsed and written again has another signature.
        headers: of the request.
        secret: of the endpoint, ``whsec_…``; several while it is being changed.
        tolerance: seconds that the time of the signature may be off.
        now: the time to compare with, in seconds since 1970; by default the machine's.

    Returns:
        The event: what its ``data`` is follows from its ``type``. New types are added over time, and one that this
        version does not know comes through as well: let a default branch have it.

    Raises:
        WebhookVerificationError: a header is missing or malformed, no signature fits, the time is off, or the body is
            no event. Answer 400, and do nothing.
        ConfigurationError: there is no secret.
        TypeError: the body is not bytes.
    """
    if not isinstance(body, bytes | bytearray | memoryview):
        raise TypeError("`body` must be the raw bytes of the request.")
    secrets: list[Any] = [secret] if isinstance(secret, str) else list(secret or ())
    if not secrets or not all(isinstance(one, str) and one for one in secrets):
        raise ConfigurationError("`secret` must be the secret of the endpoint, whsec_….")
    timestamp, signatures = _parsed(_header(headers))
    raw = bytes(body)
    signed = timestamp.encode() + b"." + raw
    is_signed = False
    for one in secrets:
        expected = hmac.new(one.encode(), signed, hashlib.sha256).hexdigest()
        for signature in signatures:
            # All are compared, so that the time says nothing.
            is_signed |= hmac.compare_digest(expected, signature)
    if not is_signed:
        raise WebhookVerificationError("No signature fits the body and the secret.")
    # Written so that a tolerance that is no number lets nothing in.
    if not abs((time.time() if now is None else now) - int(timestamp)) <= tolerance:
        raise WebhookVerificationError("The time of the signature is too far off.")
    return _event(raw)


def _header(headers: HeaderPairs) -> str:
    pairs: Any = headers.items() if hasattr(headers, "items") else headers
    found = [value for name, value in pairs if _text(name).lower() == _HEADER]
    if len(found) != 1:
        raise WebhookVerificationError("There must be one header X-Layers-Signature.")
    return _text(found[0])


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if not isinstance(value, str):
        raise WebhookVerificationError("A header is not text.")
    return value


def _parsed(header: str) -> tuple[str, list[str]]:
    """Return the time and the signatures of a header."""
    if len(header) > _LONGEST_HEADER:
        raise WebhookVerificationError("X-Layers-Signature is too long.")
    times: list[str] = []
    signatures: list[str] = []
    for part in header.split(","):
        name, separator, value = part.strip().partition("=")
        if not separator:
            raise WebhookVerificationError("X-Layers-Signature is malformed.")
        if name == "t":
            times.append(value)
        elif name == "v1":
            signatures.append(value)
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        raise WebhookVerificationError("X-Layers-Signature has no time, or several.")
    if not signatures or not all(map(_SIGNATURE.fullmatch, signatures)):
        raise WebhookVerificationError("X-Layers-Signature has no signature, or a malformed one.")
    return times[0], signatures


def _event(body: bytes) -> WebhookEvent:
    try:
        event = parse_json(body)
    except NotJson:
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise WebhookVerificationError("The body is no event.")
    return cast("WebhookEvent", event)
