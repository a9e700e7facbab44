# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.content.assets`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import RequestOptions

_RETRIEVE_URL = Operation(
    "content.assets.retrieve_url", "GET", "/v1/content/{containerId}/assets/{assetId}"
)


class ContentAssetsResource(Resource):
    """Methods of `layers.content.assets`."""

    @cached_property
    def with_raw_response(self) -> ContentAssetsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return ContentAssetsRawResource(self)

    def retrieve_url(
        self, container_id: str, asset_id: str, **options: Unpack[RequestOptions]
    ) -> str:
        """Read a file.

        Redirects to an address from which anyone can read the file for one hour, so do not follow
        it with your key. Ask here again for a new one.

        `GET /v1/content/{containerId}/assets/{assetId}`, with the scope `content:read`.

        Args:
            container_id: Id of the container. Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            asset_id: Id of the asset. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The address, which is not followed.

        Raises:
            NotFoundError: `container_id` or `asset_id` does not exist, or this key cannot see it;
                the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._locate(
            _RETRIEVE_URL, {"containerId": container_id, "assetId": asset_id}, options=options
        )


class ContentAssetsRawResource:
    """Methods of `layers.content.assets` that return whole responses."""

    def __init__(self, resource: ContentAssetsResource) -> None:
        self._resource = resource
        self.retrieve_url = raw(resource.retrieve_url)


class AsyncContentAssetsResource(AsyncResource):
    """Methods of `layers.content.assets`."""

    @cached_property
    def with_raw_response(self) -> AsyncContentAssetsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncContentAssetsRawResource(self)

    async def retrieve_url(
        self, container_id: str, asset_id: str, **options: Unpack[RequestOptions]
    ) -> str:
        """Read a file.

        Redirects to an address from which anyone can read the file for one hour, so do not follow
        it with your key. Ask here again for a new one.

        `GET /v1/content/{containerId}/assets/{assetId}`, with the scope `content:read`.

        Args:
            container_id: Id of the container. Example: `cnt_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            asset_id: Id of the asset. Example: `01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            The address, which is not followed.

        Raises:
            NotFoundError: `container_id` or `asset_id` does not exist, or this key cannot see it;
                the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return await self._client._locate(
            _RETRIEVE_URL, {"containerId": container_id, "assetId": asset_id}, options=options
        )


class AsyncContentAssetsRawResource:
    """Methods of `layers.content.assets` that return whole responses."""

    def __init__(self, resource: AsyncContentAssetsResource) -> None:
        self._resource = resource
        self.retrieve_url = async_raw(resource.retrieve_url)
