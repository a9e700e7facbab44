# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.portal_sessions`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.partner.types import PortalSession

_CREATE = Operation("portal_sessions.create", "POST", "/v1/portal-sessions")


class PortalSessionsResource(Resource):
    """Methods of `layers.portal_sessions`."""

    @cached_property
    def with_raw_response(self) -> PortalSessionsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return PortalSessionsRawResource(self)

    def create(
        self,
        *,
        expires_in_seconds: int | NotGiven = NOT_GIVEN,
        return_url: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> PortalSession:
        """Create a portal session.

        A link for one browser to pages on which the people of an organization see its money: what
        is in the wallet, every movement, what is leased and when it renews. Redirect them there.
        The link works once.

        `POST /v1/portal-sessions`, with the scope `org:admin`.

        Args:
            expires_in_seconds: How long the link can be opened, and the session that it opens goes
                on, from now. From 60 to 3,600. Default: 900.
            return_url: Where the pages link back to: `https`. In development mode also `http` to
                this machine. At most 2,048 characters. Example: `https://app.example.com/billing`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A session of the portal that waits to be opened.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PortalSession = self._client._call(
            _CREATE,
            {},
            body={"expiresInSeconds": expires_in_seconds, "returnUrl": return_url},
            options=options,
        )
        return answer


class PortalSessionsRawResource:
    """Methods of `layers.portal_sessions` that return whole responses."""

    def __init__(self, resource: PortalSessionsResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)


class AsyncPortalSessionsResource(AsyncResource):
    """Methods of `layers.portal_sessions`."""

    @cached_property
    def with_raw_response(self) -> AsyncPortalSessionsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncPortalSessionsRawResource(self)

    async def create(
        self,
        *,
        expires_in_seconds: int | NotGiven = NOT_GIVEN,
        return_url: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> PortalSession:
        """Create a portal session.

        A link for one browser to pages on which the people of an organization see its money: what
        is in the wallet, every movement, what is leased and when it renews. Redirect them there.
        The link works once.

        `POST /v1/portal-sessions`, with the scope `org:admin`.

        Args:
            expires_in_seconds: How long the link can be opened, and the session that it opens goes
                on, from now. From 60 to 3,600. Default: 900.
            return_url: Where the pages link back to: `https`. In development mode also `http` to
                this machine. At most 2,048 characters. Example: `https://app.example.com/billing`.
            **options: `idempotency_key`, `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A session of the portal that waits to be opened.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: PortalSession = await self._client._call(
            _CREATE,
            {},
            body={"expiresInSeconds": expires_in_seconds, "returnUrl": return_url},
            options=options,
        )
        return answer


class AsyncPortalSessionsRawResource:
    """Methods of `layers.portal_sessions` that return whole responses."""

    def __init__(self, resource: AsyncPortalSessionsResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
