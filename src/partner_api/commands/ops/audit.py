"""``layers ops audit``: who did what, and what was refused."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    JsonOption,
    LimitOption,
    OfOrganization,
    SinceOption,
    UntilOption,
    filled,
    identifier,
)
from partner_api.commands.terminal import print_items


def show_audit(
    organization: OfOrganization = None,
    event_type: Annotated[
        str | None, typer.Option(help="Such as organization.suspended.", parser=filled)
    ] = None,
    operator: Annotated[
        str | None, typer.Option(help="Only by the operator with this name.", parser=filled)
    ] = None,
    actor: Annotated[
        str | None, typer.Option(help="partner_api, operator or system.", parser=filled)
    ] = None,
    request: Annotated[
        str | None, typer.Option(help="req_…; only what this one did.", parser=identifier)
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """Show the audit log of everybody, newest first. It goes back 90 days."""
    rows = OperatorClient().all(
        lambda layers: layers.audit_events.list(
            organization_id=given(organization),
            event_type=given(event_type),
            operator=given(operator),
            actor=given(actor),
            request_id=given(request),
            since=given(since),
            until=given(until),
            limit=PAGE,
        )
    )
    shown = (
        {**row, "operatorName": row["data"].get("operator") or row["actor"]}
        for row in islice(rows, limit)
    )
    columns = ("occurredAt", "eventType", "operatorName", "organizationId", "env", "requestId")
    print_items(columns, shown, as_json=as_json)
