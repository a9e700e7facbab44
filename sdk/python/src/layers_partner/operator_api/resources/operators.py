# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.operators`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import Operator, OperatorWithToken
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_CREATE = Operation("operators.create", "POST", "/ops/v1/operators")
_LIST = Operation("operators.list", "GET", "/ops/v1/operators")
_RETRIEVE = Operation("operators.retrieve", "GET", "/ops/v1/operators/{operatorId}")
_REVOKE = Operation("operators.revoke", "POST", "/ops/v1/operators/{operatorId}/revoke")
_ROTATE = Operation("operators.rotate", "POST", "/ops/v1/operators/{operatorId}/rotate")


class OperatorsResource(Resource):
    """Methods of `operator.operators`."""

    @cached_property
    def with_raw_response(self) -> OperatorsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return OperatorsRawResource(self)

    def create(
        self,
        *,
        name: str,
        role: Literal["admin", "finance", "operator", "viewer", "worker"] | str,
        expires_at: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OperatorWithToken:
        """Create an operator.

        The name of an operator who is not revoked is 409: audit rows tell operators apart by it.

        `POST /ops/v1/operators`, with the role `admin`.

        Args:
            name: Unique; audit rows name it. At most 120 characters. Example: `Robin`.
            role: What the operator may do.
            expires_at: When the token stops working; in the future. Example:
                `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator with a new token, which is shown this once.

        Raises:
            ConflictError: The state of the resource does not allow it.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OperatorWithToken = self._client._call(
            _CREATE, {}, body={"name": name, "role": role, "expiresAt": expires_at}, options=options
        )
        return answer

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[Operator]:
        """List operators.

        Newest first, those who were revoked included.

        `GET /ops/v1/operators`, with the role `admin`.

        Args:
            limit: Operators on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: an operator, without the
            token.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"limit": limit, "cursor": cursor}, options=options
        )

    def retrieve(self, operator_id: str, **options: Unpack[OperatorRequestOptions]) -> Operator:
        """Retrieve an operator.

        Without the token, of which nothing but a hash is kept.

        `GET /ops/v1/operators/{operatorId}`, with the role `admin`.

        Args:
            operator_id: Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator, without the token.

        Raises:
            NotFoundError: `operator_id` names nothing that exists.
        """
        answer: Operator = self._client._call(
            _RETRIEVE, {"operatorId": operator_id}, options=options
        )
        return answer

    def revoke(self, operator_id: str, **options: Unpack[OperatorRequestOptions]) -> Operator:
        """Revoke an operator.

        From the next request on the token gets 401, for ever. The last operator with the role
        `admin` stays: 409.

        `POST /ops/v1/operators/{operatorId}/revoke`, with the role `admin`.

        Args:
            operator_id: Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator, without the token.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `operator_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Operator = self._client._call(_REVOKE, {"operatorId": operator_id}, options=options)
        return answer

    def rotate(
        self, operator_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> OperatorWithToken:
        """Rotate an operator's token.

        The old token stops working at once. A revoked operator is 409. Whoever rotates their own
        token cannot ask again if the answer is lost: the retry is 401, whatever its
        Idempotency-Key. Another admin can rotate it, and `layers ops bootstrap --recover` helps
        where there is none.

        `POST /ops/v1/operators/{operatorId}/rotate`, with the role `admin`.

        Args:
            operator_id: Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator with a new token, which is shown this once.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `operator_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OperatorWithToken = self._client._call(
            _ROTATE, {"operatorId": operator_id}, options=options
        )
        return answer


class OperatorsRawResource:
    """Methods of `operator.operators` that return whole responses."""

    def __init__(self, resource: OperatorsResource) -> None:
        self._resource = resource
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.retrieve = raw(resource.retrieve)
        self.revoke = raw(resource.revoke)
        self.rotate = raw(resource.rotate)


class AsyncOperatorsResource(AsyncResource):
    """Methods of `operator.operators`."""

    @cached_property
    def with_raw_response(self) -> AsyncOperatorsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncOperatorsRawResource(self)

    async def create(
        self,
        *,
        name: str,
        role: Literal["admin", "finance", "operator", "viewer", "worker"] | str,
        expires_at: str | datetime | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> OperatorWithToken:
        """Create an operator.

        The name of an operator who is not revoked is 409: audit rows tell operators apart by it.

        `POST /ops/v1/operators`, with the role `admin`.

        Args:
            name: Unique; audit rows name it. At most 120 characters. Example: `Robin`.
            role: What the operator may do.
            expires_at: When the token stops working; in the future. Example:
                `2026-06-01T00:00:00.000Z`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator with a new token, which is shown this once.

        Raises:
            ConflictError: The state of the resource does not allow it.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OperatorWithToken = await self._client._call(
            _CREATE, {}, body={"name": name, "role": role, "expiresAt": expires_at}, options=options
        )
        return answer

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[Operator]:
        """List operators.

        Newest first, those who were revoked included.

        `GET /ops/v1/operators`, with the role `admin`.

        Args:
            limit: Operators on a page. From 1 to 100. Default: 25.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: an
            operator, without the token.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST, {}, query={"limit": limit, "cursor": cursor}, options=options
        )

    async def retrieve(
        self, operator_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> Operator:
        """Retrieve an operator.

        Without the token, of which nothing but a hash is kept.

        `GET /ops/v1/operators/{operatorId}`, with the role `admin`.

        Args:
            operator_id: Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator, without the token.

        Raises:
            NotFoundError: `operator_id` names nothing that exists.
        """
        answer: Operator = await self._client._call(
            _RETRIEVE, {"operatorId": operator_id}, options=options
        )
        return answer

    async def revoke(self, operator_id: str, **options: Unpack[OperatorRequestOptions]) -> Operator:
        """Revoke an operator.

        From the next request on the token gets 401, for ever. The last operator with the role
        `admin` stays: 409.

        `POST /ops/v1/operators/{operatorId}/revoke`, with the role `admin`.

        Args:
            operator_id: Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator, without the token.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `operator_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Operator = await self._client._call(
            _REVOKE, {"operatorId": operator_id}, options=options
        )
        return answer

    async def rotate(
        self, operator_id: str, **options: Unpack[OperatorRequestOptions]
    ) -> OperatorWithToken:
        """Rotate an operator's token.

        The old token stops working at once. A revoked operator is 409. Whoever rotates their own
        token cannot ask again if the answer is lost: the retry is 401, whatever its
        Idempotency-Key. Another admin can rotate it, and `layers ops bootstrap --recover` helps
        where there is none.

        `POST /ops/v1/operators/{operatorId}/rotate`, with the role `admin`.

        Args:
            operator_id: Id of the operator. Example: `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            An operator with a new token, which is shown this once.

        Raises:
            ConflictError: The state of the resource does not allow it.
            NotFoundError: `operator_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: OperatorWithToken = await self._client._call(
            _ROTATE, {"operatorId": operator_id}, options=options
        )
        return answer


class AsyncOperatorsRawResource:
    """Methods of `operator.operators` that return whole responses."""

    def __init__(self, resource: AsyncOperatorsResource) -> None:
        self._resource = resource
        self.create = async_raw(resource.create)
        self.list = async_raw(resource.list)
        self.retrieve = async_raw(resource.retrieve)
        self.revoke = async_raw(resource.revoke)
        self.rotate = async_raw(resource.rotate)
