"""The variables of the environment: what each means and is now, and which of them nothing reads."""

from collections.abc import Mapping
from typing import Final

from partner_api.settings.secret_files import file_variable
from partner_api.settings.setting import SettingLine
from partner_api.settings.table import SETTINGS, Settings

# Programs that call the server or hear from it have these; the shell that they are started in may start `layers` too.
_OF_PROGRAMS: Final = frozenset(
    f"LAYERS_{name}"
    for name in (
        *("API_KEY", "BASE_URL", "ORGANIZATION", "LOG", "WEBHOOK_SECRET"),
        *("MCP_TOOLSETS", "MCP_READ_ONLY"),
    )
)


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Name the LAYERS_ variables that nothing reads, sorted: most likely misspelt."""
    known = {setting.variable for setting in SETTINGS} | _OF_PROGRAMS
    known |= {name for name in map(file_variable, SETTINGS) if name is not None}
    return sorted(name for name in environ if name.startswith("LAYERS_") and name not in known)


def describe(settings: Settings) -> list[SettingLine]:
    """List every setting with its meaning, current value (secrets hidden) and default."""
    return [
        SettingLine(
            variable=setting.variable,
            meaning=setting.meaning,
            value=setting.show(getattr(settings, setting.attribute)),
            default=setting.default or "not set",
        )
        for setting in SETTINGS
    ]
