"""Webhook endpoints as operators see them, and endpoints that fail."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.support.answers import granted
from tests.support.installation import org_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import httpx2
    from tests.support.installation import Installation
    from tests.support.tenants import Wallet

PATH = "/ops/v1/webhook-endpoints"


def path_of(endpoint_id: UUID | str) -> str:
    """The route of an endpoint."""
    return f"{PATH}/{endpoint_id}"


def deliveries_of(endpoint_id: UUID | str) -> str:
    """The route of its deliveries."""
    return f"{PATH}/{endpoint_id}/deliveries"


async def listed(
    api: httpx2.AsyncClient, operator: dict[str, str], wallet: Wallet | None, **params: Any
) -> list[dict[str, Any]]:
    """All endpoints of an organization, or of everybody, that fit the filters."""
    if wallet is not None:
        params["organizationId"] = org_id(wallet)
    items: list[dict[str, Any]] = []
    while True:
        page = granted(await api.get(PATH, headers=operator, params=params))
        items += page["items"]
        if page["nextCursor"] is None:
            return items
        params["cursor"] = page["nextCursor"]


async def fail(
    installation: Installation,
    wallet: Wallet,
    endpoint_id: UUID | str,
    at: datetime,
    *,
    status: int | None = None,
    error: str | None = None,
    paused: str | None = None,
) -> None:
    """Let an endpoint have failed three times, the last time at ``at``: the newest attempt of its waiting deliveries.

    Args:
        installation: where.
        wallet: whose.
        endpoint_id: the endpoint.
        at: the last failure.
        status: of the answer, if there was one.
        error: what else went wrong.
        paused: why the server has paused it, if it has.
    """
    async with installation.owner.acquire() as connection, connection.transaction():
        await connection.execute(
            """
            UPDATE webhook_queues
               SET consecutive_failure_count = 3, failing_since = $3, last_failure_at = $4
             WHERE tenant_id = $1 AND endpoint_id = $2
            """,
            wallet.tenant_id,
            endpoint_id,
            at - timedelta(hours=2),
            at,
        )
        await connection.execute(
            """
            UPDATE webhook_attempts a SET at = $3, status = $4, error = $5
              FROM webhook_deliveries d
             WHERE d.tenant_id = $1 AND d.endpoint_id = $2 AND d.status IN ('delivering', 'failed', 'abandoned')
               AND a.tenant_id = d.tenant_id AND a.delivery_id = d.id
            """,
            wallet.tenant_id,
            endpoint_id,
            at,
            status,
            error,
        )
        if paused is not None:
            await connection.execute(
                """
                UPDATE webhook_endpoints SET status = 'auto_paused', paused_reason = $3
                 WHERE tenant_id = $1 AND id = $2
                """,
                wallet.tenant_id,
                endpoint_id,
                paused,
            )
