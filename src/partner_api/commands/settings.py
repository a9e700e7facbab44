"""``layers settings``."""

from __future__ import annotations

import os

from rich.console import Console
from rich.table import Table


def settings() -> None:
    """List every setting: its environment variable, value (secrets hidden), default and meaning."""
    from partner_api.settings import describe, load_settings

    table = Table("Variable", "Value", "Default", "Meaning", show_lines=True)
    for line in describe(load_settings(os.environ)):
        table.add_row(line.variable, line.value, line.default, line.meaning)
    Console().print(table)
