"""``layers reconcile``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from partner_api.commands.environment import settings_from_environment
from partner_api.commands.terminal import output, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

# The database's largest; a tenant's own id has 40 bits.
_LAST_TENANT = 2**63 - 1


def reconcile(
    tenant: Annotated[
        int | None, typer.Option(help="Only this tenant.", min=0, max=_LAST_TENANT)
    ] = None,
    organization: Annotated[
        str | None, typer.Option(help="Only this organization, org_… or its bare UUID.")
    ] = None,
    watch: Annotated[
        float | None, typer.Option(help="Check again after so many seconds, until Ctrl-C.", min=1)
    ] = None,
) -> None:
    """Recompute every balance from its rows, and name each that differs.

    Status 0: the books agree. Status 1: they do not, and each mismatch was
    printed with the organization and both numbers. Status 2: they could not be
    checked. It only reads, and is safe on a busy system.
    """
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import require_existing_database, run_with_database
    from partner_api.reconciliation.command import check_books

    organization_id = None if organization is None else _organization_id(organization)
    with _unchecked_told_apart():
        settings = settings_from_environment()
        require_existing_database(settings)
        with available_database(settings) as location:
            status = run_with_database(
                check_books(
                    location.application_url,
                    tenant_id=tenant,
                    organization_id=organization_id,
                    watch_seconds=watch,
                    console=output(),
                )
            )
    raise typer.Exit(status)


@contextlib.contextmanager
def _unchecked_told_apart() -> Iterator[None]:
    """End with a status of its own when there is no database: status 1 says that the books do not agree."""
    from embedded_postgres.errors import DatabaseStartError
    from partner_api.processes.run_folder import RunFolderError
    from partner_api.processes.startup import StartupError
    from partner_api.reconciliation.command import NOT_CHECKED
    from partner_api.settings.setting import SettingsError

    try:
        yield
    except (DatabaseStartError, RunFolderError, SettingsError, StartupError) as error:
        say(f"layers: {error}")
        raise typer.Exit(NOT_CHECKED) from error


def _organization_id(text: str) -> UUID:
    from partner_api.ids import MalformedId, parse_id

    try:
        return parse_id("org", text)
    except MalformedId:
        raise typer.BadParameter(
            f"{text!r} is not an organization's id.", param_hint="--organization"
        ) from None
