"""``layers ops bootstrap`` and ``layers ops reconciliation``: the installation as a whole."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.commands.environment import settings_from_environment
from partner_api.commands.operator_client import given
from partner_api.commands.ops.arguments import filled, identifier
from partner_api.commands.ops.requesting import show
from partner_api.commands.streams import OutputError
from partner_api.commands.terminal import print_line, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partner_api.settings.table import Settings


def show_reconciliation(
    organization: Annotated[
        str | None, typer.Option(help="Check this organization now instead.", parser=identifier)
    ] = None,
) -> None:
    """Show the last full check of the books. Status 1 when they do not agree."""
    result = show(
        lambda layers: layers.reconciliation.retrieve(organization_id=given(organization))
    )
    if result["mismatchesFound"]:
        raise typer.Exit(1)


def bootstrap(
    name: Annotated[
        str | None,
        typer.Option(
            help="The operator's name; without it first, or with --recover recovered.",
            parser=filled,
        ),
    ] = None,
    recover: Annotated[
        bool,
        typer.Option(
            "--recover", help="Even though there are operators, because their tokens are lost."
        ),
    ] = False,
) -> None:
    """Create the first operator's token, with the role admin; with --recover, a later one.

    Without --recover, only while there is no operator. With it, at any time:
    for whoever has the URL of the database's owner
    (LAYERS_MIGRATION_DATABASE_URL, or DATABASE_URL) or the data folder of the
    server's own one, while the server runs or not. The token is a new
    operator's; an admin who has that --name already gets it in place of the
    old one, which stops working at once. All other tokens work as before, so
    revoke those that somebody else may have. The audit log says that it was
    done.
    """
    from partner_api.operators.schemas import name_problem

    if name is None:
        name = "recovered" if recover else "first"
    if (problem := name_problem(name)) is not None:
        raise typer.BadParameter(f"{problem}.", param_hint="--name")
    settings = settings_from_environment()
    if recover:
        _recover(settings, name)
    else:
        _make_first(settings, name)


def _make_first(settings: Settings, name: str) -> None:
    from partner_api.installation import open_installation
    from partner_api.operators.service import bootstrap_operator, require_no_operator
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import prepare_database, run_with_database

    def print_token(token: str) -> None:
        with _undone("No operator was made."):
            print_line(token)
        say("Store this token now: it is shown once. Use it as LAYERS_OPERATOR_TOKEN.")

    with available_database(settings):
        location, secret_keys = open_installation(settings)
        run_with_database(
            prepare_database(
                settings,
                location,
                secret_keys,
                migrate_first=settings.database_url is None,
                # A refusal must not make it production's, which would end a server in development mode.
                check=require_no_operator,
            )
        )
        run_with_database(
            bootstrap_operator(
                location.application_url, secret_keys, name=name, on_made=print_token
            )
        )


def _recover(settings: Settings, name: str) -> None:
    from partner_api.installation import open_installation
    from partner_api.operators.service import recover_operator
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import require_existing_database, run_with_database

    def print_token(token: str, replaced: bool) -> None:
        with _undone("No token was made, and those from before work as they did."):
            print_line(token)
        say(
            "Store this token now: it is shown once; the same command makes another in its place. "
            "Use it as LAYERS_OPERATOR_TOKEN."
        )
        say(
            f"The operator {name!r} has a new token, and the old one no longer works."
            if replaced
            else f"There is a new operator {name!r}, with the role admin."
        )
        say(
            "All other tokens work as before: `layers ops operators list` shows them, and "
            "`layers ops operators revoke` ends one."
        )

    require_existing_database(settings)
    with available_database(settings):
        location, secret_keys = open_installation(settings)
        run_with_database(
            recover_operator(location.owner_url, secret_keys, name=name, on_made=print_token)
        )


@contextlib.contextmanager
def _undone(sentence: str) -> Iterator[None]:
    """Add to a failure to print that nothing was created either."""
    try:
        yield
    except OutputError as error:
        error.add_note(sentence)
        raise
