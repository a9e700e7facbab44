"""``layers demo``, and the demo's part of ``layers serve --demo``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from partner_api.commands.environment import settings_from_environment
from partner_api.commands.repeating import harmless_to_repeat
from partner_api.commands.terminal import print_lines
from partner_api.time_limits import COMMAND_SECONDS

if TYPE_CHECKING:
    from partner_api.demo.service import Demo
    from partner_api.installation import Installation
    from partner_api.settings.table import Settings

DEMO_NEEDS_DEVELOPMENT = (
    "The demo creates a partner and an operator with full rights, so it is for development only. "
    "Set LAYERS_DEVELOPMENT=true, on a database without real customers."
)


def demo() -> None:
    """Create the demo partner, or renew what has expired of it, and print its keys and requests."""
    from partner_api.installation import open_installation
    from partner_api.processes.serve import available_database
    from partner_api.processes.startup import prepare_database, run_with_database

    settings = demo_settings()
    with available_database(settings):
        installation = open_installation(settings)
        run_with_database(prepare_database(settings, *installation, migrate_first=True))
        made = make_demo(settings, installation)
    with harmless_to_repeat():
        print_demo(settings.api_url, *made)


def demo_settings(**overrides: str | None) -> Settings:
    """Read the settings of a command that makes the demo, and configure logging.

    On the server's own database the demo is development mode, unless LAYERS_DEVELOPMENT says otherwise: who has just
    installed this need not know that mode. Customers are safe from it, because a database that was ever used without
    it refuses it. A database that is named may be anybody's, so there the mode has to be named too.

    Args:
        overrides: as of `settings_from_environment`.

    Raises:
        SettingsError: a variable cannot be used.
        StartupError: this is not development mode.
    """
    if not any(os.environ.get(name, "").strip() for name in ("LAYERS_DEVELOPMENT", "DATABASE_URL")):
        overrides["LAYERS_DEVELOPMENT"] = "true"
    settings = settings_from_environment(**overrides)
    if not settings.development:
        from partner_api.processes.startup import StartupError

        raise StartupError(DEMO_NEEDS_DEVELOPMENT)
    return settings


def make_demo(settings: Settings, installation: Installation) -> tuple[Demo, str]:
    """Create or renew the demo on a prepared database.

    Returns:
        The demo, and the path of a link that signs its operator in to the console once.
    """
    from partner_api.database.connection import connect
    from partner_api.demo.issuing import issue_sign_in_link
    from partner_api.demo.service import ensure_demo
    from partner_api.processes.startup import run_with_database
    from partner_api.rehearsal.installation import installation_clock

    location, secret_keys = installation

    async def make() -> tuple[Demo, str]:
        connection = await connect(location.application_url, command_seconds=COMMAND_SECONDS)
        try:
            clock = await installation_clock(connection, development=settings.development)
            now = clock.now()
            demo = await ensure_demo(connection, now, secret_keys, settings.data_dir)
            path = await issue_sign_in_link(connection, now, secret_keys, demo.secrets)
            return demo, path
        finally:
            await connection.close()

    return run_with_database(make())


def print_demo(base_url: str, demo: Demo, sign_in_path: str) -> None:
    """Print the demo's keys, a link to the console, and requests to paste."""
    from partner_api.ids import format_id

    child, project = format_id("org", demo.child_id), format_id("prj", demo.project_id)
    print_lines(
        f"""
Partner key     {demo.secrets.partner_key}
Operator token  {demo.secrets.operator_token}
Console         {base_url}{sign_in_path}
                (signs the demo's operator in once, within an hour)

A child's wallet:
  curl {base_url}/v1/organizations/{child}/credits \\
    -H "Authorization: Bearer {demo.secrets.partner_key}"

A project's leased accounts:
  curl {base_url}/v1/projects/{project}/leased-accounts \\
    -H "Authorization: Bearer {demo.secrets.partner_key}"

What happens, as webhooks tell of it; --forward-to sends it to a program of yours:
  LAYERS_BASE_URL={base_url} LAYERS_API_KEY={demo.secrets.partner_key} layers listen
"""
    )
