# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.api_keys`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import RequestOptions
    from layers_partner.partner.types import DeletedOwnApiKey, KilledApiKey, OwnApiKeyWithSecret

_DELETE = Operation("api_keys.delete", "DELETE", "/v1/api-keys/{keyId}")
_KILL = Operation("api_keys.kill", "POST", "/v1/api-keys/{keyId}/kill")
_ROTATE = Operation("api_keys.rotate", "POST", "/v1/api-keys/{keyId}/rotate")


class ApiKeysResource(Resource):
    """Methods of `layers.api_keys`."""

    @cached_property
    def with_raw_response(self) -> ApiKeysRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return ApiKeysRawResource(self)

    def delete(self, key_id: str, **options: Unpack[RequestOptions]) -> DeletedOwnApiKey:
        """Delete a key.

        From the next request on it gets 401, for ever. For this key itself, or any of your
        organization whose scopes this one covers.

        `DELETE /v1/api-keys/{keyId}`.

        Args:
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A key that was deleted.

        Raises:
            NotFoundError: `key_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: DeletedOwnApiKey = self._client._call(_DELETE, {"keyId": key_id}, options=options)
        return answer

    def kill(self, key_id: str, **options: Unpack[RequestOptions]) -> KilledApiKey:
        """Kill a key.

        From the next request on it gets 503, until it is rotated or the operator brings it back.
        For this key itself, or any of your organization whose scopes this one covers.

        `POST /v1/api-keys/{keyId}/kill`.

        Args:
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A key that was killed.

        Raises:
            NotFoundError: `key_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: KilledApiKey = self._client._call(_KILL, {"keyId": key_id}, options=options)
        return answer

    def rotate(self, key_id: str, **options: Unpack[RequestOptions]) -> OwnApiKeyWithSecret:
        """Rotate a key.

        The key keeps its id and gets a new prefix and secret; the old secret stops working at once.
        A kill is cleared. For this key itself, or any of your organization whose scopes this one
        covers. A key that rotates itself cannot ask again if the answer is lost: its retry is 401,
        whatever its Idempotency-Key. A key that its partner has rotated acts on itself alone.

        `POST /v1/api-keys/{keyId}/rotate`.

        Args:
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A key with its new secret, which is shown this once.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `key_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OwnApiKeyWithSecret = self._client._call(
            _ROTATE, {"keyId": key_id}, options=options
        )
        return answer


class ApiKeysRawResource:
    """Methods of `layers.api_keys` that return whole responses."""

    def __init__(self, resource: ApiKeysResource) -> None:
        self._resource = resource
        self.delete = raw(resource.delete)
        self.kill = raw(resource.kill)
        self.rotate = raw(resource.rotate)


class AsyncApiKeysResource(AsyncResource):
    """Methods of `layers.api_keys`."""

    @cached_property
    def with_raw_response(self) -> AsyncApiKeysRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncApiKeysRawResource(self)

    async def delete(self, key_id: str, **options: Unpack[RequestOptions]) -> DeletedOwnApiKey:
        """Delete a key.

        From the next request on it gets 401, for ever. For this key itself, or any of your
        organization whose scopes this one covers.

        `DELETE /v1/api-keys/{keyId}`.

        Args:
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A key that was deleted.

        Raises:
            NotFoundError: `key_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: DeletedOwnApiKey = await self._client._call(
            _DELETE, {"keyId": key_id}, options=options
        )
        return answer

    async def kill(self, key_id: str, **options: Unpack[RequestOptions]) -> KilledApiKey:
        """Kill a key.

        From the next request on it gets 503, until it is rotated or the operator brings it back.
        For this key itself, or any of your organization whose scopes this one covers.

        `POST /v1/api-keys/{keyId}/kill`.

        Args:
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A key that was killed.

        Raises:
            NotFoundError: `key_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: KilledApiKey = await self._client._call(_KILL, {"keyId": key_id}, options=options)
        return answer

    async def rotate(self, key_id: str, **options: Unpack[RequestOptions]) -> OwnApiKeyWithSecret:
        """Rotate a key.

        The key keeps its id and gets a new prefix and secret; the old secret stops working at once.
        A kill is cleared. For this key itself, or any of your organization whose scopes this one
        covers. A key that rotates itself cannot ask again if the answer is lost: its retry is 401,
        whatever its Idempotency-Key. A key that its partner has rotated acts on itself alone.

        `POST /v1/api-keys/{keyId}/rotate`.

        Args:
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A key with its new secret, which is shown this once.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `key_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OwnApiKeyWithSecret = await self._client._call(
            _ROTATE, {"keyId": key_id}, options=options
        )
        return answer


class AsyncApiKeysRawResource:
    """Methods of `layers.api_keys` that return whole responses."""

    def __init__(self, resource: AsyncApiKeysResource) -> None:
        self._resource = resource
        self.delete = async_raw(resource.delete)
        self.kill = async_raw(resource.kill)
        self.rotate = async_raw(resource.rotate)
