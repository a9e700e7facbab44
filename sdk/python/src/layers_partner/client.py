"""The clients of the Partner API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers_partner.core.configuration import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    PARTNER_KEY,
    configure,
)
from layers_partner.partner.client import AsyncPartnerResources, PartnerResources

if TYPE_CHECKING:
    import httpx2


class Layers(PartnerResources):
    """A client of the Partner API: ``layers.leased_accounts.list(project_id=…)``.

    Threads may share one; close it, or use it as a context manager.

    Args:
        api_key: by default LAYERS_API_KEY.
        base_url: the address of the server; by default LAYERS_BASE_URL.
        organization: the child to act for, with a partner's key; by default LAYERS_ORGANIZATION.
        timeout: seconds for each call, with all its tries and the pauses between them.
        max_retries: how often a request is sent again after a passing failure.
        http_client: one of your own, which is used and not closed. Its hooks and proxies apply; a single read of an
            answer may then take as long as the whole call.

    Raises:
        ConfigurationError: there is no key, or a setting cannot be used.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        organization: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        http_client: httpx2.Client | None = None,
    ) -> None:
        configuration = configure(
            PARTNER_KEY,
            api_key,
            base_url,
            organization=organization,
            timeout=timeout,
            max_retries=max_retries,
        )
        super().__init__(configuration, http_client)


class AsyncLayers(AsyncPartnerResources):
    """A client of the Partner API for asyncio: ``await layers.leased_accounts.list(project_id=…)``.

    Tasks of one event loop may share one; close it, or use it as a context manager.

    Args:
        api_key: by default LAYERS_API_KEY.
        base_url: the address of the server; by default LAYERS_BASE_URL.
        organization: the child to act for, with a partner's key; by default LAYERS_ORGANIZATION.
        timeout: seconds for each call, with all its tries and the pauses between them.
        max_retries: how often a request is sent again after a passing failure.
        http_client: one of your own, which is used and not closed.

    Raises:
        ConfigurationError: there is no key, or a setting cannot be used.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        organization: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        configuration = configure(
            PARTNER_KEY,
            api_key,
            base_url,
            organization=organization,
            timeout=timeout,
            max_retries=max_retries,
        )
        super().__init__(configuration, http_client)
