"""What a receiver knows our requests by: signatures of the body, in two forms.

Both are HMAC-SHA256 with the endpoint's secret, ``whsec_`` and the Base64 of 32 random bytes. They differ in the key:
``X-Layers-Signature`` takes the whole secret as it is written, Standard Webhooks the 32 bytes.
"""

from __future__ import annotations

import base64
import hmac
import secrets as randomness
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - every secret begins so
_SECRET_BYTES: Final = 32


def new_signing_secret() -> str:
    """Create the secret of an endpoint."""
    return SECRET_PREFIX + base64.b64encode(randomness.token_bytes(_SECRET_BYTES)).decode()


def secret_context(tenant_id: int, endpoint_id: UUID) -> bytes:
    """Return what the secret of an endpoint is sealed for, so that it opens as that of no other one."""
    return f"webhook:{tenant_id}:{endpoint_id}".encode()


def signature_headers(
    secrets: Sequence[str], event_id: str, body: bytes, at: int
) -> dict[str, str]:
    """Return the headers that say which event a request brings, and that it is ours.

    Args:
        secrets: of the endpoint, ``whsec_…``; two while it is being changed, the present one first.
        event_id: ``evt_…``, of which every repetition has the same.
        body: of the request, exactly as it is sent.
        at: when it is sent, in seconds since 1970.
    """
    ours = f"{at}.".encode() + body
    standard = f"{event_id}.{at}.".encode() + body
    return {
        "X-Layers-Event-Id": event_id,
        "X-Layers-Signature": f"t={at}"
        + "".join([f",v1={hmac.digest(one.encode(), ours, 'sha256').hex()}" for one in secrets]),
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join([f"v1,{_standard(one, standard)}" for one in secrets]),
    }


def _standard(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
