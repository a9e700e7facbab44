# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.organizations.api_keys`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.types import ApiKey, ApiKeyWithSecret, DeletedApiKey

_CREATE = Operation("organizations.api_keys.create", "POST", "/v1/organizations/{orgId}/api-keys")
_DELETE = Operation(
    "organizations.api_keys.delete", "DELETE", "/v1/organizations/{orgId}/api-keys/{keyId}"
)
_LIST = Operation("organizations.api_keys.list", "GET", "/v1/organizations/{orgId}/api-keys")
_ROTATE = Operation(
    "organizations.api_keys.rotate", "POST", "/v1/organizations/{orgId}/api-keys/{keyId}/rotate"
)


class OrganizationsApiKeysResource(Resource):
    """Methods of `layers.organizations.api_keys`."""

    @cached_property
    def with_raw_response(self) -> OrganizationsApiKeysRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OrganizationsApiKeysRawResource(self)

    def create(
        self,
        org_id: str,
        *,
        name: str,
        scopes: Sequence[
            Literal[
                "audit:read",
                "content:approve",
                "content:read",
                "content:write",
                "jobs:cancel",
                "jobs:read",
                "leased:write",
                "org:admin",
                "projects:read",
                "projects:write",
                "publish:read",
                "publish:write",
                "social:read",
                "social:write",
                "webhooks:read",
                "webhooks:write",
                "*",
            ]
            | str
        ],
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> ApiKeyWithSecret:
        """Mint a child's key.

        With scopes that your own key covers, never `org:admin`. A `test` key belongs to the child's
        test environment, which shares nothing with the live one but its id and name.

        `POST /v1/organizations/{orgId}/api-keys`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            name: To tell keys apart. At most 120 characters. Example: `Backend`.
            scopes: `*` stands for every scope but `org:admin`. At most 64 of them.
            env: A `test` key sees the test environment and nothing else. Default: `live`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new key. This is the only time that its secret is shown.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ApiKeyWithSecret = self._client._call(
            _CREATE,
            {"orgId": org_id},
            body={"name": name, "scopes": scopes, "env": env},
            options=options,
        )
        return answer

    def delete(self, org_id: str, key_id: str, **options: Unpack[RequestOptions]) -> DeletedApiKey:
        """Delete a child's key.

        From the next request on it gets 401, for ever. Deleting it again changes nothing.

        `DELETE /v1/organizations/{orgId}/api-keys/{keyId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child's key that was deleted.

        Raises:
            NotFoundError: `org_id` or `key_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: DeletedApiKey = self._client._call(
            _DELETE, {"orgId": org_id, "keyId": key_id}, options=options
        )
        return answer

    def list(
        self,
        org_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[ApiKey]:
        """List a child's keys.

        Newest first, without their secrets.

        `GET /v1/organizations/{orgId}/api-keys`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Keys on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an API key, without its
            secret.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {"orgId": org_id}, query={"limit": limit, "cursor": cursor}, options=options
        )

    def rotate(
        self, org_id: str, key_id: str, **options: Unpack[RequestOptions]
    ) -> ApiKeyWithSecret:
        """Rotate a child's key.

        Mints a successor with the same scopes; the old secret keeps working for 24 hours. A key
        that was deleted or has a successor already is 409.

        `POST /v1/organizations/{orgId}/api-keys/{keyId}/rotate`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new key. This is the only time that its secret is shown.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` or `key_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ApiKeyWithSecret = self._client._call(
            _ROTATE, {"orgId": org_id, "keyId": key_id}, options=options
        )
        return answer


class OrganizationsApiKeysRawResource:
    """Methods of `layers.organizations.api_keys` that return whole responses."""

    def __init__(self, resource: OrganizationsApiKeysResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.delete = raw(resource.delete)
        self.list = raw(resource.list)
        self.rotate = raw(resource.rotate)


class AsyncOrganizationsApiKeysResource(AsyncResource):
    """Methods of `layers.organizations.api_keys`."""

    @cached_property
    def with_raw_response(self) -> AsyncOrganizationsApiKeysRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOrganizationsApiKeysRawResource(self)

    async def create(
        self,
        org_id: str,
        *,
        name: str,
        scopes: Sequence[
            Literal[
                "audit:read",
                "content:approve",
                "content:read",
                "content:write",
                "jobs:cancel",
                "jobs:read",
                "leased:write",
                "org:admin",
                "projects:read",
                "projects:write",
                "publish:read",
                "publish:write",
                "social:read",
                "social:write",
                "webhooks:read",
                "webhooks:write",
                "*",
            ]
            | str
        ],
        env: Literal["live", "test"] | str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> ApiKeyWithSecret:
        """Mint a child's key.

        With scopes that your own key covers, never `org:admin`. A `test` key belongs to the child's
        test environment, which shares nothing with the live one but its id and name.

        `POST /v1/organizations/{orgId}/api-keys`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            name: To tell keys apart. At most 120 characters. Example: `Backend`.
            scopes: `*` stands for every scope but `org:admin`. At most 64 of them.
            env: A `test` key sees the test environment and nothing else. Default: `live`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new key. This is the only time that its secret is shown.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ApiKeyWithSecret = await self._client._call(
            _CREATE,
            {"orgId": org_id},
            body={"name": name, "scopes": scopes, "env": env},
            options=options,
        )
        return answer

    async def delete(
        self, org_id: str, key_id: str, **options: Unpack[RequestOptions]
    ) -> DeletedApiKey:
        """Delete a child's key.

        From the next request on it gets 401, for ever. Deleting it again changes nothing.

        `DELETE /v1/organizations/{orgId}/api-keys/{keyId}`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A child's key that was deleted.

        Raises:
            NotFoundError: `org_id` or `key_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: DeletedApiKey = await self._client._call(
            _DELETE, {"orgId": org_id, "keyId": key_id}, options=options
        )
        return answer

    def list(
        self,
        org_id: str,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[ApiKey]:
        """List a child's keys.

        Newest first, without their secrets.

        `GET /v1/organizations/{orgId}/api-keys`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            limit: Keys on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            API key, without its secret.

        Raises:
            NotFoundError: `org_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {"orgId": org_id}, query={"limit": limit, "cursor": cursor}, options=options
        )

    async def rotate(
        self, org_id: str, key_id: str, **options: Unpack[RequestOptions]
    ) -> ApiKeyWithSecret:
        """Rotate a child's key.

        Mints a successor with the same scopes; the old secret keeps working for 24 hours. A key
        that was deleted or has a successor already is 409.

        `POST /v1/organizations/{orgId}/api-keys/{keyId}/rotate`, with the scope `org:admin`.

        Args:
            org_id: Id of the organization. Example: `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            key_id: Id of the key. Example: `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A new key. This is the only time that its secret is shown.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `org_id` or `key_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: ApiKeyWithSecret = await self._client._call(
            _ROTATE, {"orgId": org_id, "keyId": key_id}, options=options
        )
        return answer


class AsyncOrganizationsApiKeysRawResource:
    """Methods of `layers.organizations.api_keys` that return whole responses."""

    def __init__(self, resource: AsyncOrganizationsApiKeysResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.delete = async_raw(resource.delete)
        self.list = async_raw(resource.list)
        self.rotate = async_raw(resource.rotate)
