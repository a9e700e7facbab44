# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `operator.audit_events`."""

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

    from layers_partner.operator_api.types import OpsAuditEvent
    from layers_partner.options import NotGiven, OperatorRequestOptions
    from layers_partner.pages import AsyncPages, Page

_LIST = Operation("audit_events.list", "GET", "/ops/v1/audit-events")


class AuditEventsResource(Resource):
    """Methods of `operator.audit_events`."""

    @cached_property
    def with_raw_response(self) -> AuditEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AuditEventsRawResource(self)

    def list(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        event_type: str | NotGiven = NOT_GIVEN,
        operator: str | NotGiven = NOT_GIVEN,
        actor: Literal["operator", "partner_api", "system"] | str | NotGiven = NOT_GIVEN,
        request_id: str | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> Page[OpsAuditEvent]:
        """List the audit log of everybody.

        What all organizations and operators did, and what was refused to them, in both
        environments, newest first. It is kept for 90 days. With `actor` or `request_id` a page may
        have few items, or none, and others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/audit-events`, with the role `viewer`.

        Args:
            organization_id: Only what this organization did. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only of this type. At most 64 characters. Example: `api_key.killed`.
            operator: Only by the operator with this name. At most 120 characters.
            actor: Only by such.
            request_id: Only what this request did; as in `X-Request-Id` of its answer. Example:
                `req_01K0EJRPVYF8887FCQV2JTV704`.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: one thing that was done
            or refused, by whomever.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "organizationId": organization_id,
                "eventType": event_type,
                "operator": operator,
                "actor": actor,
                "requestId": request_id,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )


class AuditEventsRawResource:
    """Methods of `operator.audit_events` that return whole responses."""

    def __init__(self, resource: AuditEventsResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)


class AsyncAuditEventsResource(AsyncResource):
    """Methods of `operator.audit_events`."""

    @cached_property
    def with_raw_response(self) -> AsyncAuditEventsRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncAuditEventsRawResource(self)

    def list(
        self,
        *,
        organization_id: str | NotGiven = NOT_GIVEN,
        event_type: str | NotGiven = NOT_GIVEN,
        operator: str | NotGiven = NOT_GIVEN,
        actor: Literal["operator", "partner_api", "system"] | str | NotGiven = NOT_GIVEN,
        request_id: str | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[OperatorRequestOptions],
    ) -> AsyncPages[OpsAuditEvent]:
        """List the audit log of everybody.

        What all organizations and operators did, and what was refused to them, in both
        environments, newest first. It is kept for 90 days. With `actor` or `request_id` a page may
        have few items, or none, and others follow: go on while there is a `nextCursor`.

        `GET /ops/v1/audit-events`, with the role `viewer`.

        Args:
            organization_id: Only what this organization did. Example:
                `org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            event_type: Only of this type. At most 64 characters. Example: `api_key.killed`.
            operator: Only by the operator with this name. At most 120 characters.
            actor: Only by such.
            request_id: Only what this request did; as in `X-Request-Id` of its answer. Example:
                `req_01K0EJRPVYF8887FCQV2JTV704`.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: one
            thing that was done or refused, by whomever.

        Raises:
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "organizationId": organization_id,
                "eventType": event_type,
                "operator": operator,
                "actor": actor,
                "requestId": request_id,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )


class AsyncAuditEventsRawResource:
    """Methods of `operator.audit_events` that return whole responses."""

    def __init__(self, resource: AsyncAuditEventsResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
