"""Webhooks for tests of sending: endpoints, and deliveries that are due."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from partner_api.ids import new_uuid7
from partner_api.webhooks.sending.signatures import new_signing_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.receiver import Received
    from tests.support.tenants import Wallet

    from partner_api.crypto import SecretKeys
    from partner_api.database.connection import Connection


class Endpoint(NamedTuple):
    """An endpoint, and the secret that signs what is sent to it."""

    tenant_id: int
    id: UUID
    organization_id: UUID
    secret: str


def now() -> datetime:
    """The time, cut to milliseconds as the server does."""
    value = datetime.now(UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


async def make_endpoint(
    owner: Connection, keys: SecretKeys, partner: Wallet, url: str, *, previous: str | None = None
) -> Endpoint:
    """An active endpoint of a partner for all events; ``previous`` is a secret that signs too."""
    made = Endpoint(partner.tenant_id, uuid4(), partner.organization_id, new_signing_secret())
    context = f"webhook:{made.tenant_id}:{made.id}".encode()
    await owner.execute(
        """
        WITH endpoint AS (
            INSERT INTO webhook_endpoints
                   (tenant_id, id, organization_id, url, events, scope, secret, secret_key_id, previous_secret,
                    previous_secret_key_id, previous_secret_expires_at, created_at, updated_at)
            VALUES ($1, $2, $3, $4, '{*}', 'own', $5, $6, $7, CASE WHEN $7::bytea IS NOT NULL THEN $6 END,
                    CASE WHEN $7::bytea IS NOT NULL THEN $8::timestamptz + interval '1 day' END, $8, $8)
            RETURNING tenant_id, id)
        INSERT INTO webhook_queues (tenant_id, endpoint_id) SELECT tenant_id, id FROM endpoint
        """,
        made.tenant_id,
        made.id,
        made.organization_id,
        url,
        keys.seal(made.secret.encode(), context),
        keys.current_id,
        None if previous is None else keys.seal(previous.encode(), context),
        now(),
    )
    return made


async def make_deliveries(
    owner: Connection, endpoint: Endpoint, count: int = 1, *, at: datetime | None = None
) -> list[UUID]:
    """Deliveries to an endpoint that are due since ``at``, or a second ago; their ids."""
    at = at or now() - timedelta(seconds=1)
    ids = [new_uuid7(at) for _ in range(count)]
    await owner.execute(
        """
        INSERT INTO webhook_deliveries
               (tenant_id, id, endpoint_id, event_id, event_type, organization_id, event_created_at, data, status,
                next_attempt_at, created_at)
        SELECT $1, id, $2, event_id, 'test.ping', $3, $4, jsonb_build_object('message', 'Hello'), 'pending', $4, $4
          FROM unnest($5::uuid[], $6::uuid[]) AS made (id, event_id)
        """,
        endpoint.tenant_id,
        endpoint.id,
        endpoint.organization_id,
        at,
        ids,
        [UUID(int=secrets.randbits(128)) for _ in ids],
    )
    await owner.execute(
        "UPDATE webhook_queues SET next_due_at = least(next_due_at, $3) WHERE tenant_id = $1 AND endpoint_id = $2",
        endpoint.tenant_id,
        endpoint.id,
        at,
    )
    return ids


async def statuses(connection: Connection, *endpoints: Endpoint) -> dict[str, int]:
    """How many deliveries of these endpoints are in each state."""
    rows = await connection.fetch(
        "SELECT status, count(*) FROM webhook_deliveries WHERE endpoint_id = ANY ($1::uuid[]) GROUP BY status",
        [endpoint.id for endpoint in endpoints],
    )
    return {row["status"]: row["count"] for row in rows}


def signed_with(received: Received, candidates: Sequence[str]) -> list[str]:
    """Which of these secrets a request is signed with, in the order of its signatures."""
    at, *signatures = received.headers["x-layers-signature"].split(",")
    message = at.removeprefix("t=").encode() + b"." + received.body
    made = {
        "v1=" + hmac.new(secret.encode(), message, "sha256").hexdigest(): secret
        for secret in candidates
    }
    return [made[signature] for signature in signatures]
