"""The bases of the generated resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers_partner.transport import AsyncClient, SyncClient


class Resource:
    """Methods of one resource, through a client."""

    def __init__(self, client: SyncClient) -> None:
        self._client = client


class AsyncResource:
    """Coroutines of one resource, through a client."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
