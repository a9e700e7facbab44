# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.sessions`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from typing import Literal, Unpack

    from layers_partner.operator_api.types import EndedSessions, Session
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_END = Operation("sessions.end", "POST", "/ops/v1/sessions/{sessionId}/end")
_END_ALL = Operation("sessions.end_all", "POST", "/ops/v1/sessions/end")
_LIST = Operation("sessions.list", "GET", "/ops/v1/sessions")


class SessionsResource(Resource):
    """Methods of `operator.sessions`."""

    @cached_property
    def with_raw_response(self) -> SessionsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return SessionsRawResource(self)

    def end(self, session_id: str, **options: Unpack[OperatorRequestOptions]) -> Session:
        """End a session of the console.

        One's own, or for an admin anybody's. From the next request on the browser has to sign in
        again; a session that is not active stays as it is.

        `POST /ops/v1/sessions/{sessionId}/end`, with the role `viewer`.

        Args:
            session_id: Id of the session. Example: `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A browser in which an operator is signed in to the console.

        Raises:
            NotFoundError: `session_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Session = self._client._call(_END, {"sessionId": session_id}, options=options)
        return answer

    def end_all(
        self,
        *,
        operator_id: str | NotGiven | None = NOT_GIVEN,
        except_session_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> EndedSessions:
        """End all sessions of an operator.

        One's own, or for an admin those of another. `except_session_id` stays, such as the one in
        which one works.

        `POST /ops/v1/sessions/end`, with the role `viewer`.

        Args:
            operator_id: Those of this operator, for an admin; without it one's own. Example:
                `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            except_session_id: The one that stays. Example:
                `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How many sessions were ended.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: EndedSessions = self._client._call(
            _END_ALL,
            {},
            body={"operatorId": operator_id, "exceptSessionId": except_session_id},
            options=options,
        )
        return answer

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        operator_id: str | NotGiven = NOT_GIVEN,
        all_operators: bool | NotGiven = NOT_GIVEN,
        status: Literal["active", "ended", "expired", "revoked"] | str | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[Session]:
        """List sessions of the console.

        One's own, newest first; an admin can ask for those of another operator, or of all. A
        session is known for seven days after it has expired.

        `GET /ops/v1/sessions`, with the role `viewer`.

        Args:
            limit: Sessions on a page. From 1 to 100. Default: 25.
            operator_id: Those of this operator, for an admin; without it one's own. Example:
                `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            all_operators: Those of all operators, for an admin.
            status: `active`: good now. `ended`: signed out, or ended here. `expired`: its time is
                up. `revoked`: the token that opened it was replaced, has expired or was revoked.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: a browser in which an
            operator is signed in to the console.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "limit": limit,
                "operatorId": operator_id,
                "allOperators": all_operators,
                "status": status,
                "cursor": cursor,
            },
            options=options,
        )


class SessionsRawResource:
    """Methods of `operator.sessions` that return whole responses."""

    def __init__(self, resource: SessionsResource) -> None:
        self._resource = resource
        self.end = raw(resource.end)
        self.end_all = raw(resource.end_all)
        self.list = raw(resource.list)


class AsyncSessionsResource(AsyncResource):
    """Methods of `operator.sessions`."""

    @cached_property
    def with_raw_response(self) -> AsyncSessionsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncSessionsRawResource(self)

    async def end(self, session_id: str, **options: Unpack[OperatorRequestOptions]) -> Session:
        """End a session of the console.

        One's own, or for an admin anybody's. From the next request on the browser has to sign in
        again; a session that is not active stays as it is.

        `POST /ops/v1/sessions/{sessionId}/end`, with the role `viewer`.

        Args:
            session_id: Id of the session. Example: `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A browser in which an operator is signed in to the console.

        Raises:
            NotFoundError: `session_id` names nothing that exists.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: Session = await self._client._call(_END, {"sessionId": session_id}, options=options)
        return answer

    async def end_all(
        self,
        *,
        operator_id: str | NotGiven | None = NOT_GIVEN,
        except_session_id: str | NotGiven | None = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> EndedSessions:
        """End all sessions of an operator.

        One's own, or for an admin those of another. `except_session_id` stays, such as the one in
        which one works.

        `POST /ops/v1/sessions/end`, with the role `viewer`.

        Args:
            operator_id: Those of this operator, for an admin; without it one's own. Example:
                `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            except_session_id: The one that stays. Example:
                `ses_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            **options: `idempotency_key`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            How many sessions were ended.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        answer: EndedSessions = await self._client._call(
            _END_ALL,
            {},
            body={"operatorId": operator_id, "exceptSessionId": except_session_id},
            options=options,
        )
        return answer

    def list(
        self,
        *,
        limit: int | NotGiven = NOT_GIVEN,
        operator_id: str | NotGiven = NOT_GIVEN,
        all_operators: bool | NotGiven = NOT_GIVEN,
        status: Literal["active", "ended", "expired", "revoked"] | str | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[Session]:
        """List sessions of the console.

        One's own, newest first; an admin can ask for those of another operator, or of all. A
        session is known for seven days after it has expired.

        `GET /ops/v1/sessions`, with the role `viewer`.

        Args:
            limit: Sessions on a page. From 1 to 100. Default: 25.
            operator_id: Those of this operator, for an admin; without it one's own. Example:
                `opr_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            all_operators: Those of all operators, for an admin.
            status: `active`: good now. `ended`: signed out, or ended here. `expired`: its time is
                up. `revoked`: the token that opened it was replaced, has expired or was revoked.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: a
            browser in which an operator is signed in to the console.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "limit": limit,
                "operatorId": operator_id,
                "allOperators": all_operators,
                "status": status,
                "cursor": cursor,
            },
            options=options,
        )


class AsyncSessionsRawResource:
    """Methods of `operator.sessions` that return whole responses."""

    def __init__(self, resource: AsyncSessionsResource) -> None:
        self._resource = resource
        self.end = async_raw(resource.end)
        self.end_all = async_raw(resource.end_all)
        self.list = async_raw(resource.list)
