"""``layers ops keys``: a partner's API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient
from partner_api.commands.ops.arguments import JsonOption, KeyArgument, OrganizationArgument
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

app = typer.Typer(help="A partner's API keys.", no_args_is_help=True)


@app.command("create")
def create_key(
    organization: OrganizationArgument,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="May be repeated; * is all but org:admin.")],
    env: Annotated[str, typer.Option(help="live or test.")] = "live",
    idempotency_key: KeyOption = None,
) -> None:
    """Mint a partner's key. Its secret is printed once, and again only with the Idempotency-Key."""
    change(
        lambda layers, once: layers.organizations.api_keys.create(
            organization, name=name, scopes=scope, env=env, **once
        ),
        idempotency_key,
    )


@app.command("list")
def list_keys(organization: OrganizationArgument, as_json: JsonOption = False) -> None:
    """List a partner's keys, newest first."""
    items = OperatorClient().all(
        lambda layers: layers.organizations.api_keys.list(organization, limit=PAGE)
    )
    columns = ("id", "prefix", "name", "env", "scopes", "status", "createdAt")
    print_items(columns, items, as_json=as_json)


@app.command("unkill")
def unkill_key(
    organization: OrganizationArgument, key: KeyArgument, idempotency_key: KeyOption = None
) -> None:
    """Bring a partner's killed key back."""
    change(
        lambda layers, once: layers.organizations.api_keys.unkill(organization, key, **once),
        idempotency_key,
    )
