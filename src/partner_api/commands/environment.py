"""The beginning of most commands: settings from the environment, and logging as they say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from partner_api.commands.terminal import say
from partner_api.settings.table import load_settings
from partner_api.settings.variables import unknown_variables

if TYPE_CHECKING:
    from partner_api.settings.table import Settings


def settings_from_environment(**overrides: str | None) -> Settings:
    """Read the settings, and configure logging.

    Args:
        overrides: variables given on the command line, None when not. They are put into the environment, so that the
            processes this one starts see them too.

    Raises:
        SettingsError: a variable cannot be used.
    """
    from partner_api.logs import configure_logging

    for variable, text in overrides.items():
        if text is not None:
            os.environ[variable] = text
    settings = checked_settings()
    configure_logging(settings.log_format, settings.log_level)
    return settings


def checked_settings() -> Settings:
    """Read the settings, for a command that logs nothing.

    Raises:
        SettingsError: a variable cannot be used.
    """
    settings = load_settings(os.environ)
    for variable in unknown_variables(os.environ):
        say(f"layers: {variable} is set, but there is no such setting.")
    return settings
