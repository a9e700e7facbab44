# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.social_accounts`."""

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
    from layers_partner.partner.types import RevokedAccount, SocialAccount

_LIST = Operation("social_accounts.list", "GET", "/v1/projects/{projectId}/social-accounts")
_REVOKE = Operation("social_accounts.revoke", "DELETE", "/v1/social-accounts/{socialAccountId}")


class SocialAccountsResource(Resource):
    """Methods of `layers.social_accounts`."""

    @cached_property
    def with_raw_response(self) -> SocialAccountsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return SocialAccountsRawResource(self)

    def list(
        self,
        project_id: str,
        *,
        platform: Literal["tiktok"]
        | str
        | Sequence[Literal["tiktok"] | str]
        | NotGiven = NOT_GIVEN,
        status: Literal["connected", "disconnected", "reauth_required"]
        | str
        | Sequence[Literal["connected", "disconnected", "reauth_required"] | str]
        | NotGiven = NOT_GIVEN,
        leased: bool | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[SocialAccount]:
        """List social accounts.

        The accounts that a project can publish to, newest first. A leased account is among them,
        `connected`, from the moment it is assigned, and `disconnected` from the moment its lease
        ends.

        `GET /v1/projects/{projectId}/social-accounts`, with the scope `social:read`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            platform: Only these; a list for several.
            status: Only these; a list for several.
            leased: Only leased ones, or only others.
            limit: Accounts on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an account that the
            project can publish to, leased or the customer's own.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={
                "platform": platform,
                "status": status,
                "leased": leased,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    def revoke(self, social_account_id: str, **options: Unpack[RequestOptions]) -> RevokedAccount:
        """Disconnect a social account.

        Nothing is published to it any more. A leased account is 409: release it instead.

        `DELETE /v1/social-accounts/{socialAccountId}`, with the scope `social:write`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A social account that was disconnected.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `social_account_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: RevokedAccount = self._client._call(
            _REVOKE, {"socialAccountId": social_account_id}, options=options
        )
        return answer


class SocialAccountsRawResource:
    """Methods of `layers.social_accounts` that return whole responses."""

    def __init__(self, resource: SocialAccountsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)
        self.revoke = raw(resource.revoke)


class AsyncSocialAccountsResource(AsyncResource):
    """Methods of `layers.social_accounts`."""

    @cached_property
    def with_raw_response(self) -> AsyncSocialAccountsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncSocialAccountsRawResource(self)

    def list(
        self,
        project_id: str,
        *,
        platform: Literal["tiktok"]
        | str
        | Sequence[Literal["tiktok"] | str]
        | NotGiven = NOT_GIVEN,
        status: Literal["connected", "disconnected", "reauth_required"]
        | str
        | Sequence[Literal["connected", "disconnected", "reauth_required"] | str]
        | NotGiven = NOT_GIVEN,
        leased: bool | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[SocialAccount]:
        """List social accounts.

        The accounts that a project can publish to, newest first. A leased account is among them,
        `connected`, from the moment it is assigned, and `disconnected` from the moment its lease
        ends.

        `GET /v1/projects/{projectId}/social-accounts`, with the scope `social:read`.

        Args:
            project_id: Id of the project. Example: `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            platform: Only these; a list for several.
            status: Only these; a list for several.
            leased: Only leased ones, or only others.
            limit: Accounts on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            account that the project can publish to, leased or the customer's own.

        Raises:
            NotFoundError: `project_id` does not exist, or this key cannot see it; the two look the
                same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {"projectId": project_id},
            query={
                "platform": platform,
                "status": status,
                "leased": leased,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )

    async def revoke(
        self, social_account_id: str, **options: Unpack[RequestOptions]
    ) -> RevokedAccount:
        """Disconnect a social account.

        Nothing is published to it any more. A leased account is 409: release it instead.

        `DELETE /v1/social-accounts/{socialAccountId}`, with the scope `social:write`.

        Args:
            social_account_id: Id of the social account. Example:
                `sa_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A social account that was disconnected.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `social_account_id` does not exist, or this key cannot see it; the two
                look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: RevokedAccount = await self._client._call(
            _REVOKE, {"socialAccountId": social_account_id}, options=options
        )
        return answer


class AsyncSocialAccountsRawResource:
    """Methods of `layers.social_accounts` that return whole responses."""

    def __init__(self, resource: AsyncSocialAccountsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
        self.revoke = async_raw(resource.revoke)
