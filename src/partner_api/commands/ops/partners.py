"""``layers ops partners``: partners and their children."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import (
    JsonOption,
    OrganizationArgument,
    filled,
    identifier,
)
from partner_api.commands.ops.requesting import change, show
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

app = typer.Typer(help="Partners and their children.", no_args_is_help=True)


@app.command("create")
def create_partner(
    name: str,
    billing_email: Annotated[str | None, typer.Option(help="Where invoices go.")] = None,
    tier: Annotated[
        str, typer.Option(help="standard, pilot, partner, sandbox or internal.")
    ] = "standard",
    idempotency_key: KeyOption = None,
) -> None:
    """Onboard a partner, with a live and a test environment."""
    change(
        lambda layers, once: layers.organizations.create(
            name=name, billing_email=given(billing_email), rate_limit_tier=tier, **once
        ),
        idempotency_key,
    )


@app.command("list")
def list_partners(
    search: Annotated[str | None, typer.Option(help="A part of the name.", parser=filled)] = None,
    parent: Annotated[
        str | None, typer.Option(help="Only the children of this partner.", parser=identifier)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List organizations, newest first."""
    items = OperatorClient().all(
        lambda layers: layers.organizations.list(
            search=given(search), parent_organization_id=given(parent), limit=PAGE
        )
    )
    columns = ("id", "name", "status", "parentOrganizationId", "createdAt")
    print_items(columns, items, as_json=as_json)


@app.command("show")
def show_partner(organization: OrganizationArgument) -> None:
    """Show an organization with its wallets and counts."""
    show(lambda layers: layers.organizations.retrieve(organization))


@app.command("subscribe")
def set_subscription(
    organization: OrganizationArgument,
    tier: Annotated[str, typer.Option(help="free, starter, pro, scale or enterprise.")],
    included_credits: Annotated[int, typer.Option(help="Granted each period.")],
    billing_status: Annotated[str, typer.Option(help="active, past_due or canceled.")] = "active",
    started_at: Annotated[
        str | None, typer.Option(help="Day that periods begin on, 2026-06-01T00:00:00Z.")
    ] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Set the subscription of a partner or a child."""
    change(
        lambda layers, once: layers.organizations.subscription.update(
            organization,
            tier=tier,
            included_credits=included_credits,
            billing_status=billing_status,
            started_at=given(started_at),
            **once,
        ),
        idempotency_key,
    )


@app.command("suspend")
def suspend_partner(organization: OrganizationArgument, idempotency_key: KeyOption = None) -> None:
    """Stop all keys of a partner and its children, or of one child, at once."""
    change(
        lambda layers, once: layers.organizations.update(organization, status="suspended", **once),
        idempotency_key,
    )


@app.command("resume")
def resume_partner(organization: OrganizationArgument, idempotency_key: KeyOption = None) -> None:
    """Reactivate a suspended partner or child."""
    change(
        lambda layers, once: layers.organizations.update(organization, status="active", **once),
        idempotency_key,
    )


@app.command("tier")
def set_tier(
    organization: OrganizationArgument,
    tier: Annotated[str, typer.Argument(help="standard, pilot, partner, sandbox or internal.")],
    idempotency_key: KeyOption = None,
) -> None:
    """Set the rate limits of a partner and its children."""
    change(
        lambda layers, once: layers.organizations.update(
            organization, rate_limit_tier=tier, **once
        ),
        idempotency_key,
    )
