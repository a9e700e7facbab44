"""Files of accounts, sent by an operator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.answers import granted

if TYPE_CHECKING:
    import httpx2


PATH = "/ops/v1/pool/accounts/import"
CSV = "text/csv"
NDJSON = "application/x-ndjson"
HEADER = "handle,followers,vertical,language,geo"


def line(mark: str, name: str, **changes: Any) -> str:
    fields = {
        "platform": "tiktok",
        "handle": name,
        "followers": 10,
        "vertical": mark,
        "language": "en",
        "geo": ["US"],
    }
    return json.dumps(fields | changes)


async def send(
    api: httpx2.AsyncClient,
    operator: dict[str, str],
    content: Any,
    media_type: str = NDJSON,
    key: str | None = None,
    **params: str,
) -> httpx2.Response:
    headers = {**operator, "Content-Type": media_type, "Idempotency-Key": key or str(uuid4())}
    return await api.post(PATH, content=content, headers=headers, params=params)


async def pool_of(
    api: httpx2.AsyncClient, operator: dict[str, str], mark: str
) -> list[dict[str, Any]]:
    page = granted(
        await api.get(
            "/ops/v1/pool/accounts", headers=operator, params={"vertical": mark, "limit": "200"}
        )
    )
    items: list[dict[str, Any]] = page["items"]
    return items
