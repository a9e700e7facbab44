"""``layers ops credits``: credit wallets."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    DescriptionOption,
    DirectionOption,
    EnvOption,
    JobArgument,
    JsonOption,
    LimitOption,
    NeededDescription,
    OrganizationArgument,
    SinceOption,
    UntilOption,
    filled,
    identifier,
)
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

app = typer.Typer(help="Credit wallets.", no_args_is_help=True)

CreditsArgument = Annotated[int, typer.Argument(help="How many.")]

_EVENT_COLUMNS = (
    "createdAt",
    "eventType",
    "reason",
    "credits",
    "balanceAfter",
    "workflowId",
    "projectId",
    "format",
    "counterpartyOrgId",
    "description",
    "operatorId",
    "requestId",
)


@app.command("events")
def list_events(
    organization: OrganizationArgument,
    event_type: Annotated[
        list[str] | None,
        typer.Option(
            help="usage, refund, grant, purchase, adjustment or allocation; may be repeated.",
            parser=filled,
        ),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(help="prj_…; may be repeated.", parser=identifier)
    ] = None,
    job: Annotated[
        list[str] | None, typer.Option(help="job_…; may be repeated.", parser=identifier)
    ] = None,
    direction: DirectionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    env: EnvOption = "live",
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    """List the ledger of an organization, newest first: each movement, why, and who made it."""
    events = OperatorClient().all(
        lambda layers: layers.organizations.credits.events.list(
            organization,
            event_type=given(event_type),
            project_id=given(project),
            job_id=given(job),
            direction=given(direction),
            since=given(since),
            until=given(until),
            env=env,
            limit=PAGE,
        )
    )
    rows: Iterable[Mapping[str, Any]] = islice(events, limit)
    if not as_json:
        # The reason is in the metadata: the rule, or the other wallet's organization.
        rows = ({**row["metadata"], **row} for row in rows)
    print_items(_EVENT_COLUMNS, rows, as_json=as_json)


@app.command("grant")
def grant(
    organization: OrganizationArgument,
    credits: CreditsArgument,
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Grant credits."""
    change(
        lambda layers, once: layers.organizations.credits.grant(
            organization, credits=credits, description=given(description), **once
        ),
        idempotency_key,
    )


@app.command("purchase")
def purchase(
    organization: OrganizationArgument,
    credits: CreditsArgument,
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Record credits that were bought."""
    change(
        lambda layers, once: layers.organizations.credits.purchase(
            organization, credits=credits, description=given(description), **once
        ),
        idempotency_key,
    )


@app.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust(
    organization: OrganizationArgument,
    credits: Annotated[int, typer.Argument(help="How many; negative takes them.")],
    description: NeededDescription,
    idempotency_key: KeyOption = None,
) -> None:
    """Correct prepaid credits, up or down."""
    change(
        lambda layers, once: layers.organizations.credits.adjust(
            organization, credits=credits, description=description, **once
        ),
        idempotency_key,
    )


@app.command("refund")
def refund(
    organization: OrganizationArgument,
    job: JobArgument,
    credits: CreditsArgument,
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Refund credits that a job of this organization was charged."""
    change(
        lambda layers, once: layers.organizations.credits.refund(
            organization, job_id=job, credits=credits, description=given(description), **once
        ),
        idempotency_key,
    )
