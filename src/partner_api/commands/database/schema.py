"""``layers db migrate`` and ``layers db status``."""

from __future__ import annotations

from typing import Annotated

import typer

from partner_api.commands.database.drawing import (
    advice_on,
    facts_of,
    parse_organization,
    show_nodes,
    show_places,
)
from partner_api.commands.environment import settings_from_environment
from partner_api.commands.repeating import harmless_to_repeat
from partner_api.commands.terminal import print_line, print_table, say
from partner_api.time_limits import COMMAND_SECONDS


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


def status(
    organization: Annotated[
        str | None,
        typer.Option(help="Where an organization is on a cluster: org_… or its bare UUID."),
    ] = None,
) -> None:
    """Show which schema the database has, and on a cluster what is where.

    Status 1 when this version cannot run on it.
    """
    from partner_api.database.cluster.places import Place, find_places, require_distributed
    from partner_api.database.cluster.survey import Survey, take_survey
    from partner_api.database.connection import connect
    from partner_api.database.version import Status, read_status
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import require_existing_database, run_with_database

    organization_id = None if organization is None else parse_organization(organization)

    async def read() -> tuple[Status, Survey | None, list[Place]]:
        connection = await connect(location.application_url, command_seconds=COMMAND_SECONDS)
        try:
            places = []
            if organization_id is not None:
                await require_distributed(connection)
                places = await find_places(connection, organization_id, None)
            status = await read_status(connection, location.application_role)
            return status, await take_survey(connection), places
        finally:
            await connection.close()

    settings = settings_from_environment()
    require_existing_database(settings)
    with available_database(settings) as location:
        found, survey, places = run_with_database(read())
    if organization_id is not None:
        show_places(places)
        return
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
            *([] if survey is None else facts_of(survey)),
        ],
    )
    if survey is not None:
        show_nodes(survey)
    if not found.current:
        say("Run `layers db migrate`.")
        raise typer.Exit(1)
    if survey is not None and (advice := advice_on(survey)):
        say(advice)
