"""Changes that can be repeated: a command that does not show its answer says how to get it.

A command that changes something has its Idempotency-Key before it sends anything. However it ends, other than with the
answer printed or with a refusal, it names the very command that repeats it: with the key, what was done is not done
again, and the answer is the first one, its secrets included.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import signal
import sys
import threading
import uuid
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partner_api.commands.operator_client import OperatorRequestError
from partner_api.commands.streams import OutputError
from partner_api.visible_text import encodable, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The API's own rule; a space at an end would be lost on the way.
_KEY = re.compile(r"(?! )[\x20-\x7e]{1,255}(?<! )")
_OPTION = "--idempotency-key"
# The commands that take it are `layers ops`, a group and a name; nothing can stand between these.
_NAME_WORDS = 3
_KEPT = "within 24 hours"


class Stopped(BaseException):
    """A signal asks the command to end; not an Exception, so that nothing takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Stopped by {signal.Signals(number).name}.")
        self.status = 128 + number


def _usable_key(text: str | None) -> str | None:
    if text is not None and not _KEY.fullmatch(text):
        raise typer.BadParameter(
            "A key is 1 to 255 printable ASCII characters, no space at an end. Is a variable not set?"
        )
    return text


KeyOption = Annotated[
    str | None,
    typer.Option(
        callback=_usable_key,
        help="Repeat an operation that may have happened, by its Idempotency-Key.",
    ),
]


class Attempt:
    """One operation of one command.

    Attributes:
        key: its Idempotency-Key.
        done: whether the server has said that it did it.
        command: what repeats it, as words; this command with its key unless it says another.
    """

    def __init__(self, key: str | None) -> None:
        self.key = key or str(uuid.uuid4())
        self.done = False
        self.command = _this_command(self.key, is_given=key is not None)

    def advice(self) -> str:
        """Return what is known of it, and how to repeat it."""
        repeat = shell_words(self.command, sys.stderr.encoding or "utf-8")
        known, then = (
            ("It was done", "it prints its answer again")
            if self.done
            else ("Whether it was done is not known", "it is done once")
        )
        return f"{known}: {_KEPT}, repeat the command with {_OPTION} {self.key} and {then}:\n  {repeat}"


@contextlib.contextmanager
def repeatable(key: str | None) -> Iterator[Attempt]:
    """Run an operation; if its outcome is not known or not shown, add to the error how to repeat it.

    Args:
        key: the Idempotency-Key of the command line, if there is one.

    Raises:
        Stopped: by SIGINT, SIGTERM or SIGHUP.
    """
    attempt = Attempt(key)
    try:
        with stops_raised():
            yield attempt
    except BaseException as error:
        if not (isinstance(error, OperatorRequestError) and error.is_refusal):
            error.add_note(attempt.advice())
        raise


@contextlib.contextmanager
def harmless_to_repeat() -> Iterator[None]:
    """Print the outcome of a command that does nothing twice; if that fails, say that it may be repeated."""
    try:
        yield
    except OutputError as error:
        command = shell_words(["layers", *sys.argv[1:]], sys.stderr.encoding or "utf-8")
        error.add_note(f"It was done; to repeat it is safe:\n  {command}")
        raise


def shell_words(words: Sequence[str], encoding: str) -> str:
    """Quote a command so that a shell reads these words, and a terminal shows all of it.

    Args:
        words: of the command.
        encoding: of the terminal.
    """

    def quoted(word: str) -> str:
        if encodable(visible(word), encoding) == word:
            return shlex.quote(word)
        shown = "".join(
            character
            if encodable(visible(character), encoding) == character and character not in "\\'"
            else "".join(f"\\{byte:03o}" for byte in character.encode())
            for character in word
        )
        return f"$'{shown}'"

    return " ".join(map(quoted, words))


def _this_command(key: str, *, is_given: bool) -> list[str]:
    words = sys.argv[1:]
    if not is_given:
        # Behind the command's name: at the end it could stand behind a `--`.
        words[_NAME_WORDS:_NAME_WORDS] = [_OPTION, key]
    return ["layers", *words]


@contextlib.contextmanager
def stops_raised() -> Iterator[None]:
    """Raise ``Stopped`` at a signal, as Ctrl-C does; a signal that is ignored, as with nohup, stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _stop)
    try:
        yield
    except Stopped:
        # The command ends; the next Ctrl-C must not cut off its message.
        raise
    except BaseException:
        _handle_again(before)
        raise
    _handle_again(before)


def _handle_again(before: Mapping[signal.Signals, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)


def _stop(number: int, _: FrameType | None) -> None:
    for other in _STOPS:
        signal.signal(other, signal.SIG_IGN)
    raise Stopped(number)
