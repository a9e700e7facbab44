"""Every command of `layers ops` that asks the server, and what has to be typed for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from partner_api.commands.application import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Free text: what it may be is the server's to say.
_FREE = {"name", "handle", "tier", "text"}
# Ids that have no prefix, or need none.
_BARE_IDS = {"organization", "parent", "endpoint", "delivery"}
_NUMBERS = {"credits", "cents", "month", "followers", "included_credits"}


@dataclass(frozen=True)
class Command:
    """A command and its parameters."""

    words: tuple[str, ...]
    parameters: tuple[Any, ...]

    def __str__(self) -> str:
        return " ".join(self.words)

    @property
    def changes(self) -> bool:
        """Whether it changes something."""
        names = {str(parameter.name) for parameter in self.parameters}
        return "idempotency_key" in names

    def typed(self, folder: Path, **instead: str) -> list[str]:
        """The words that run it, with these texts for some of its parameters."""
        # It wants something to change.
        words = [*self.words, *(["--available"] if self.words == ("pool", "patch") else [])]
        for parameter in self.parameters:
            name = parameter.name
            if name in instead:
                text = instead[name]
            elif parameter.required or (name == "days" and "to" not in instead):
                text = self._usual(name, folder)
            else:
                continue
            words += [text] if self._is_argument(parameter) else [parameter.opts[0], text]
        return words

    def ids(self) -> Iterator[str]:
        """The parameters that are ids."""
        for parameter in self.parameters:
            prefix, separator, _ = (parameter.help or "").partition("_…")
            is_id = bool(separator) and prefix.isalpha()
            if is_id or parameter.name in _BARE_IDS:
                yield parameter.name

    def never_empty(self) -> Iterator[str]:
        """The parameters whose text cannot be empty: ids, keys, and what narrows a list down."""
        yield from self.ids()
        for parameter in self.parameters:
            if parameter.name == "idempotency_key" or (
                not self.changes and not self._is_argument(parameter) and not parameter.is_flag
            ):
                yield parameter.name

    @staticmethod
    def _is_argument(parameter: Any) -> bool:
        return str(parameter.param_type_name) == "argument"

    @staticmethod
    def _usual(name: str, folder: Path) -> str:
        if name == "file":
            path = folder / "accounts.csv"
            path.touch()
            return str(path)
        if name == "days" or name in _NUMBERS:
            return "1"
        return "x" if name in _FREE else "org_1"


def commands() -> list[Command]:
    """All of them, but for the one that asks the database."""

    def below(command: Any, words: tuple[str, ...]) -> Iterator[Command]:
        groups = getattr(command, "commands", None)
        if groups is None:
            yield Command(words, tuple(command.params))
        else:
            for name, child in groups.items():
                yield from below(child, (*words, name))

    ops = typer.main.get_command(app).commands["ops"]  # type: ignore[attr-defined]
    return [command for command in below(ops, ()) if command.words != ("bootstrap",)]
