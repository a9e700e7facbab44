"""The clients of the operator's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers_partner.core.configuration import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    OPERATOR_TOKEN,
    configure,
)
from layers_partner.operator_api.client import AsyncOperatorResources, OperatorResources

if TYPE_CHECKING:
    import httpx2


class LayersOperator(OperatorResources):
    """A client of the operator's API: ``operator.lease_requests.list()``.

    Threads may share one; close it, or use it as a context manager.

    Args:
        token: by default LAYERS_OPERATOR_TOKEN.
        base_url: the address of the server; by default LAYERS_BASE_URL.
        timeout: seconds for each call, with all its tries and the pauses between them.
        max_retries: how often a request is sent again after a passing failure.
        http_client: one of your own, which is used and not closed. Its hooks and proxies apply; a single read of an
            answer may then take as long as the whole call.

    Raises:
        ConfigurationError: there is no token, or a setting cannot be used.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        http_client: httpx2.Client | None = None,
    ) -> None:
        configuration = configure(
            OPERATOR_TOKEN, token, base_url, timeout=timeout, max_retries=max_retries
        )
        super().__init__(configuration, http_client)


class AsyncLayersOperator(AsyncOperatorResources):
    """A client of the operator's API for asyncio: ``await operator.lease_requests.list()``.

    Tasks of one event loop may share one; close it, or use it as a context manager.

    Args:
        token: by default LAYERS_OPERATOR_TOKEN.
        base_url: the address of the server; by default LAYERS_BASE_URL.
        timeout: seconds for each call, with all its tries and the pauses between them.
        max_retries: how often a request is sent again after a passing failure.
        http_client: one of your own, which is used and not closed.

    Raises:
        ConfigurationError: there is no token, or a setting cannot be used.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        configuration = configure(
            OPERATOR_TOKEN, token, base_url, timeout=timeout, max_retries=max_retries
        )
        super().__init__(configuration, http_client)
