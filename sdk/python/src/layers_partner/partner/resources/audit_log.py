# Generated from the OpenAPI document by `make sdk`. Do not edit: change the routes or tools/sdk.
# pyright: reportPrivateUsage=false
"""Generated methods of `layers.audit_log`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from layers_partner.core.operations import Operation
from layers_partner.options import NOT_GIVEN
from layers_partner.resource import AsyncResource, Resource
from layers_partner.responses import async_raw, raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Unpack

    from layers_partner.options import NotGiven, RequestOptions
    from layers_partner.pages import AsyncPages, Page
    from layers_partner.partner.types import AuditEvent

_LIST = Operation("audit_log.list", "GET", "/v1/audit-log")


class AuditLogResource(Resource):
    """Methods of `layers.audit_log`."""

    @cached_property
    def with_raw_response(self) -> AuditLogRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AuditLogRawResource(self)

    def list(
        self,
        *,
        event_type: str | Sequence[str] | NotGiven = NOT_GIVEN,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        api_key_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> Page[AuditEvent]:
        """List the audit log.

        What your organization did, and what was refused to it, newest first. It is kept for 90
        days.

        `GET /v1/audit-log`, with the scope `audit:read`.

        Args:
            event_type: Only these; a list for several. Example: `api_key.killed`.
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            api_key_id: Only by these; a list for several. Example:
                `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A page of items; iterate over it to read all pages. Each item: one thing that was done
            or refused.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "eventType": event_type,
                "projectId": project_id,
                "apiKeyId": api_key_id,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )


class AuditLogRawResource:
    """Methods of `layers.audit_log` that return whole responses."""

    def __init__(self, resource: AuditLogResource) -> None:
        self._resource = resource
        self.list = raw(resource.list)


class AsyncAuditLogResource(AsyncResource):
    """Methods of `layers.audit_log`."""

    @cached_property
    def with_raw_response(self) -> AsyncAuditLogRawResource:
        """The same methods, returning whole responses: status, headers, request id, data."""
        return AsyncAuditLogRawResource(self)

    def list(
        self,
        *,
        event_type: str | Sequence[str] | NotGiven = NOT_GIVEN,
        project_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        api_key_id: str | Sequence[str] | NotGiven = NOT_GIVEN,
        since: str | datetime | NotGiven = NOT_GIVEN,
        until: str | datetime | NotGiven = NOT_GIVEN,
        limit: int | NotGiven = NOT_GIVEN,
        cursor: str | NotGiven = NOT_GIVEN,
        **options: Unpack[RequestOptions],
    ) -> AsyncPages[AuditEvent]:
        """List the audit log.

        What your organization did, and what was refused to it, newest first. It is kept for 90
        days.

        `GET /v1/audit-log`, with the scope `audit:read`.

        Args:
            event_type: Only these; a list for several. Example: `api_key.killed`.
            project_id: Only of these; a list for several. Example:
                `prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            api_key_id: Only by these; a list for several. Example:
                `key_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05`.
            since: From this instant on. Example: `2026-06-01T00:00:00.000Z`.
            until: Up to this instant, inclusive. Example: `2026-06-01T00:00:00.000Z`.
            limit: Events on a page. From 1 to 200. Default: 50.
            cursor: `nextCursor` of the page before; with the same filters as there.
            **options: `organization`, `timeout`, `max_retries`, `extra_headers`.

        Returns:
            A list: `await` it for one page, `async for` over it to read all pages. Each item: one
            thing that was done or refused.

        Raises:
            NotFoundError: It does not exist, or this key cannot see it; the two look the same.
            ValidationError: A part of the request is malformed; `issues` names every problem.
        """
        return self._client._list(
            _LIST,
            {},
            query={
                "eventType": event_type,
                "projectId": project_id,
                "apiKeyId": api_key_id,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
            options=options,
        )


class AsyncAuditLogRawResource:
    """Methods of `layers.audit_log` that return whole responses."""

    def __init__(self, resource: AsyncAuditLogResource) -> None:
        self._resource = resource
        self.list = async_raw(resource.list)
