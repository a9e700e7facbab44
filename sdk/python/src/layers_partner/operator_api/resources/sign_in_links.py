# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.sign_in_links`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Unpack

    from layers_partner.operator_api.types import SignInLink
    from layers_partner.options import NotGiven, OperatorRequestOptions

_CREATE = Operation("sign_in_links.create", "POST", "/ops/v1/sign-in-links")


class SignInLinksResource(Resource):
    """Methods of `operator.sign_in_links`."""

    @cached_property
    def with_raw_response(self) -> SignInLinksRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return SignInLinksRawResource(self)

    def create(
        self,
        *,
        expires_in_seconds: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> SignInLink:
        """Create a one-time link to the console.

        It signs in the operator who asks, once, within its time; it ends with the token that made
        it.

        `POST /ops/v1/sign-in-links`, with the role `viewer`.

        Args:
            expires_in_seconds: How long it can be used. From 60 to 3,600. Default: 300.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A link that opens one session of the operator who asked for it.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SignInLink = self._client._call(
            _CREATE, {}, body={"expiresInSeconds": expires_in_seconds}, options=options
        )
        return answer


class SignInLinksRawResource:
    """Methods of `operator.sign_in_links` that return whole responses."""

    def __init__(self, resource: SignInLinksResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)


class AsyncSignInLinksResource(AsyncResource):
    """Methods of `operator.sign_in_links`."""

    @cached_property
    def with_raw_response(self) -> AsyncSignInLinksRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncSignInLinksRawResource(self)

    async def create(
        self,
        *,
        expires_in_seconds: int | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> SignInLink:
        """Create a one-time link to the console.

        It signs in the operator who asks, once, within its time; it ends with the token that made
        it.

        `POST /ops/v1/sign-in-links`, with the role `viewer`.

        Args:
            expires_in_seconds: How long it can be used. From 60 to 3,600. Default: 300.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A link that opens one session of the operator who asked for it.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: SignInLink = await self._client._call(
            _CREATE, {}, body={"expiresInSeconds": expires_in_seconds}, options=options
        )
        return answer


class AsyncSignInLinksRawResource:
    """Methods of `operator.sign_in_links` that return whole responses."""

    def __init__(self, resource: AsyncSignInLinksResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
