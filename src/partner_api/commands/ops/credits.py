"""``layers ops credits``: credit wallets."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from partner_api.commands.ops.arguments import (
    DescriptionOption,
    JobArgument,
    NeededDescription,
    OrganizationArgument,
)
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption

app = typer.Typer(help="Credit wallets.", no_args_is_help=True)

CreditsArgument = Annotated[int, typer.Argument(help="How many.")]


@app.command("grant")
def grant(
    organization: OrganizationArgument,
    credits: CreditsArgument,
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Give credits."""
    body = {"credits": credits, "description": description}
    _post(organization, "grant", body, idempotency_key)


@app.command("purchase")
def purchase(
    organization: OrganizationArgument,
    credits: CreditsArgument,
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Record credits that were bought."""
    body = {"credits": credits, "description": description}
    _post(organization, "purchase", body, idempotency_key)


@app.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust(
    organization: OrganizationArgument,
    credits: Annotated[int, typer.Argument(help="How many; negative takes them.")],
    description: NeededDescription,
    idempotency_key: KeyOption = None,
) -> None:
    """Correct prepaid credits, up or down."""
    body = {"credits": credits, "description": description}
    _post(organization, "adjustment", body, idempotency_key)


@app.command("refund")
def refund(
    organization: OrganizationArgument,
    job: JobArgument,
    credits: CreditsArgument,
    description: DescriptionOption = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Give back credits that a job of this organization was charged."""
    body = {"jobId": job, "credits": credits, "description": description}
    _post(organization, "refund", body, idempotency_key)


def _post(organization: str, kind: str, body: dict[str, Any], key: str | None) -> None:
    change("POST", "organizations", organization, "credits", kind, body=body, key=key)
