"""What is said of one setting, how it is shown, and what is wrong with one."""

from collections.abc import Callable

import msgspec


class Setting(msgspec.Struct, frozen=True):
    """What a field of ``Settings`` is beside its type.

    ``parse`` gets text that is never empty, and raises ValueError with the end of a sentence that begins "LAYERS_X is
    '…', but". ``mask`` is there if the value or a part of it is secret; it may then be in a file
    (``secret_files``). ``variable`` is ``LAYERS_`` and the field's name in capitals, unless it is given.
    """

    meaning: str
    parse: Callable[[str], object]
    default: str | None = None
    mask: Callable[[str], str] | None = None
    variable: str = ""
    attribute: str = ""

    def show(self, value: object) -> str:
        """Return the value as people read it, without what is secret of it."""
        if value is None:
            return "not set"
        if isinstance(value, bool):
            return str(value).lower()
        return self.mask(str(value)) if self.mask else str(value)


class SettingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``layers settings``. All are texts for people; ``value`` hides secrets."""

    variable: str
    meaning: str
    value: str
    default: str


class SettingsError(Exception):
    """One or more variables cannot be used.

    ``problems`` has one sentence for each, without any secret; ``str()`` puts each on a line.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
