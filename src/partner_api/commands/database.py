"""``layers db``."""

from __future__ import annotations

import typer

from partner_api.commands.environment import settings_from_environment
from partner_api.commands.repeating import harmless_to_repeat
from partner_api.commands.terminal import print_line, print_table, say
from partner_api.time_limits import COMMAND_SECONDS

app = typer.Typer(help="Migrate the database's schema, or look at it.", no_args_is_help=True)


@app.command("migrate")
def migrate() -> None:
    """Bring the database to the schema of this version. Does nothing when it is there already."""
    from partner_api.database.migrate import upgrade
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import run_with_database

    settings = settings_from_environment()
    with available_database(settings) as location:
        status = run_with_database(upgrade(location.owner_url, location.application_role))
    with harmless_to_repeat():
        print_line(f"The database is at schema revision {status.revision}.")


@app.command("status")
def status() -> None:
    """Show which schema the database has. Status 1 when this version cannot run on it."""
    from partner_api.database.connection import connect
    from partner_api.database.version import Status, read_status
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import require_existing_database, run_with_database

    async def read() -> Status:
        connection = await connect(location.application_url, command_seconds=COMMAND_SECONDS)
        try:
            return await read_status(connection, location.application_role)
        finally:
            await connection.close()

    settings = settings_from_environment()
    require_existing_database(settings)
    with available_database(settings) as location:
        found = run_with_database(read())
    roles = (
        "the server's role may not write balances itself, only call the money functions"
        if found.separate_application_role
        else "one role for everything: set LAYERS_MIGRATION_DATABASE_URL to the owner's URL and "
        "DATABASE_URL to a role without its rights, so that no bug in the server can write a balance"
    )
    revision = f"{found.revision or 'none'} (this version: {found.expected_revision})"
    functions = "applied" if found.functions_applied else "missing or of another version"
    print_table(
        (),
        [
            ("PostgreSQL", found.server_version),
            ("schema revision", revision),
            ("functions", functions),
            ("roles", roles),
        ],
    )
    if not found.current:
        say("Run `layers db migrate`.")
        raise typer.Exit(1)
