"""``layers ops operators``: who may use these commands."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import JsonOption, OperatorArgument
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items

app = typer.Typer(help="Who may use these commands.", no_args_is_help=True)


@app.command("create")
def create_operator(
    name: str,
    role: Annotated[str, typer.Option(help="viewer, worker, finance, operator or admin.")],
    expires_at: Annotated[str | None, typer.Option(help="2027-01-01T00:00:00Z.")] = None,
    idempotency_key: KeyOption = None,
) -> None:
    """Create an operator. The token is printed once, and again only with the Idempotency-Key."""
    change(
        lambda layers, once: layers.operators.create(
            name=name, role=role, expires_at=given(expires_at), **once
        ),
        idempotency_key,
    )


@app.command("list")
def list_operators(as_json: JsonOption = False) -> None:
    """List operators, newest first."""
    items = OperatorClient().all(lambda layers: layers.operators.list(limit=PAGE))
    columns = ("id", "name", "role", "prefix", "expiresAt", "revokedAt")
    print_items(columns, items, as_json=as_json)


@app.command("rotate")
def rotate_operator(operator: OperatorArgument, idempotency_key: KeyOption = None) -> None:
    """Replace an operator's token. The old one stops working at once."""
    change(lambda layers, once: layers.operators.rotate(operator, **once), idempotency_key)


@app.command("revoke")
def revoke_operator(operator: OperatorArgument, idempotency_key: KeyOption = None) -> None:
    """Revoke an operator's token. This is final."""
    change(lambda layers, once: layers.operators.revoke(operator, **once), idempotency_key)
