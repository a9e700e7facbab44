"""Jobs started and claimed over HTTP, for a partner of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.answers import granted
from tests.support.installation import project_id

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation, Key
    from tests.support.tenants import Wallet


MISSING = "01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
FORMATS: dict[str, tuple[int, dict[str, Any]]] = {
    "slideshow-builder": (50, {"hook": "Hello"}),
    "slideshow-remix": (50, {"tiktokVideoId": "7301234567890123456"}),
    "video-remix": (120, {"tiktokVideoId": "7301234567890123456"}),
    "ugc-remix": (120, {"mediaId": "m1"}),
    "auto": (120, {}),
}


def start_path(wallet: Wallet, style: str = "video-remix") -> str:
    return f"/v1/projects/{project_id(wallet)}/content/{style}"


async def start(
    api: httpx2.AsyncClient, key: Key, style: str = "video-remix", **headers: str
) -> httpx2.Response:
    body = FORMATS[style][1]
    return await api.post(
        start_path(key.wallet, style), json=body, headers={**key.headers, **headers}
    )


async def funded(installation: Installation, credits: int = 1000, **partner: Any) -> Key:
    wallet = await installation.partner(prepaid=credits, **partner)
    return await installation.key(wallet, "*", "org:admin")


async def credits(api: httpx2.AsyncClient, key: Key) -> dict[str, Any]:
    wallet: dict[str, Any] = granted(await api.get("/v1/credits", headers=key.headers))
    return wallet


async def working_audit(installation: Installation, wallet: Wallet) -> list[Any]:
    return await installation.pool.fetch(
        "SELECT * FROM audit_events WHERE tenant_id = $1 AND event_type LIKE 'job.%' "
        "ORDER BY occurred_at, event_id",
        wallet.tenant_id,
    )
