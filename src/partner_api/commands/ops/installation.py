"""``layers ops bootstrap`` and ``layers ops reconciliation``: the installation as a whole."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.environment import settings_from_environment
from partner_api.commands.ops.arguments import filled, identifier
from partner_api.commands.ops.requesting import show
from partner_api.commands.terminal import OutputError, print_line, say


def show_reconciliation(
    organization: Annotated[
        str | None, typer.Option(help="Check this organization now instead.", parser=identifier)
    ] = None,
) -> None:
    """Show the last full check of the books. Status 1 when they do not agree."""
    result = show("reconciliation", organizationId=organization)
    if result["mismatchesFound"]:
        raise typer.Exit(1)


def bootstrap(
    name: Annotated[str, typer.Option(help="Whose token it is.", parser=filled)] = "first",
) -> None:
    """Make the first operator's token, with the role admin. Only while there is no operator."""
    from partner_api.operators.bootstrap import bootstrap_operator
    from partner_api.processes.serve import available_database
    from partner_api.startup import load_secret_keys, prepare_database, run_with_database

    def print_token(token: str) -> None:
        try:
            say("Store this token now: it is shown once. Use it as LAYERS_OPERATOR_TOKEN.")
            print_line(token)
        except OutputError as error:
            error.add_note("No operator was made.")
            raise

    settings = settings_from_environment()
    with available_database(settings) as location:
        secret_keys = load_secret_keys(settings)
        run_with_database(
            prepare_database(
                settings, location, secret_keys, migrate_first=settings.database_url is None
            )
        )
        run_with_database(
            bootstrap_operator(
                location.application_url, secret_keys, name=name, on_made=print_token
            )
        )
