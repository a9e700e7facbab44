"""``layers ops sessions`` and ``layers ops console``: who is signed in to the console, and signing in."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.operator_client import PAGE, OperatorClient, given
from partner_api.commands.ops.arguments import JsonOption, filled, identifier
from partner_api.commands.ops.requesting import change
from partner_api.commands.repeating import KeyOption
from partner_api.commands.terminal import print_items, print_line

app = typer.Typer(help="Who is signed in to the console.", no_args_is_help=True)

_Session = Annotated[str, typer.Argument(metavar="SESSION", help="ses_…", parser=identifier)]
_Operator = Annotated[
    str | None, typer.Option(help="opr_…; without it your own.", parser=identifier)
]


@app.command("list")
def list_sessions(
    operator: _Operator = None,
    everybody: Annotated[bool, typer.Option("--all", help="Those of all operators.")] = False,
    status: Annotated[
        str | None, typer.Option(help="active, ended, expired or revoked.", parser=filled)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List sessions, newest first: your own, or as an admin those of others."""
    items = OperatorClient().all(
        lambda layers: layers.sessions.list(
            operator_id=given(operator),
            all_operators=everybody,
            status=given(status),
            limit=PAGE,
        )
    )
    columns = ("id", "operatorName", "status", "createdAt", "expiresAt", "address", "userAgent")
    print_items(columns, items, as_json=as_json)


@app.command("end")
def end_session(session: _Session, idempotency_key: KeyOption = None) -> None:
    """End a session: your own, or as an admin anybody's."""
    change(lambda layers, once: layers.sessions.end(session, **once), idempotency_key)


@app.command("end-all")
def end_sessions(operator: _Operator = None, idempotency_key: KeyOption = None) -> None:
    """End all your sessions, or as an admin those of another operator."""
    change(
        lambda layers, once: layers.sessions.end_all(operator_id=given(operator), **once),
        idempotency_key,
    )


def console(
    seconds: Annotated[
        int, typer.Option(help="How long the link can be used, 60 to 3600 seconds.")
    ] = 300,
    opens: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Print a link that signs you in to the console once."""
    from partner_api.commands.environment import checked_settings

    link = OperatorClient().ask(
        lambda layers: layers.sign_in_links.create(expires_in_seconds=seconds)
    )
    address = checked_settings().api_url + link["url"]
    print_line(address)
    if opens:
        import webbrowser

        if not webbrowser.open(address):
            print_line("There is no browser here. Open the address yourself.")
