"""``layers settings``."""

from __future__ import annotations

import os

from partner_api.commands.terminal import print_table


def settings() -> None:
    """List every setting: its environment variable, value (secrets hidden), default and meaning."""
    from partner_api.settings.table import load_settings
    from partner_api.settings.variables import describe

    lines = describe(load_settings(os.environ))
    print_table(
        ("Variable", "Value", "Default", "Meaning"),
        [(line.variable, line.value, line.default, line.meaning) for line in lines],
        boxed=True,
    )
