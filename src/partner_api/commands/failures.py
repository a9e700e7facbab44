"""The end of a command: one sentence on standard error that says what went wrong, and an exit status.

0: it was done. 1: it was refused or could not be done, or it was done and found something wrong. 2: the command was
misused, and nothing was done. 130, 143, 129: a signal stopped it (Ctrl-C, SIGTERM, the terminal was closed). 141:
nobody reads what it prints any more, which is how a shell shows that a pipe was closed.
"""

from __future__ import annotations

import os
import re
import signal
import sys

import typer
from typer.exceptions import TyperException

from partner_api.commands.repeating import Stopped
from partner_api.commands.streams import OutputError, prepare_streams
from partner_api.commands.terminal import flush_output, say

FAILED = 1
MISUSED = 2
UNREAD = 128 + signal.SIGPIPE

# By name: a command does not import a module only to know its errors.
KNOWN_FAILURES = frozenset(
    {
        "partner_api.commands.listening.progress.ProgressError",
        "partner_api.commands.operator_client.OperatorRequestError",
        "partner_api.commands.partner_client.PartnerRequestError",
        "partner_api.commands.streams.OutputError",
        "partner_api.crypto.SecretKeyError",
        "embedded_postgres.backup.errors.BackupError",
        "embedded_postgres.errors.DatabaseStartError",
        "partner_api.database.cluster.errors.ClusterError",
        "partner_api.database.migration_locks.MigrationError",
        "partner_api.storage.errors.StorageUnavailable",
        "partner_api.processes.run_folder.RunFolderError",
        "partner_api.settings.setting.SettingsError",
        "partner_api.processes.startup.StartupError",
        "partner_api.tracing.errors.TracingUnavailable",
    }
)


# Replacements of Typer's own sentences.
_PLAIN_WORDS = (
    (
        r"Input should be a valid integer, .*",
        "It has to be a whole number, in digits only: 1000, not 1,000 or 1000.0.",
    ),
    (r"Input should be a valid number, .*", "It has to be a number, such as 30 or 0.5."),
    # Typer takes the first digit of a negative number for an option.
    (r"No such option: -\d.*", "A number below zero cannot be given here."),
)


def run(app: typer.Typer) -> int:
    """Run the command that was typed, and return its exit status.

    Raises:
        Exception: a fault of this program, whose traceback is shown.
    """
    prepare_streams()
    arguments = _arguments()
    if arguments is None:
        return MISUSED
    # For the commands that print their own command line.
    sys.argv[1:] = arguments
    try:
        return _run(app, arguments)
    except TyperException as error:
        _explain_misuse(error)
        return error.exit_code
    except typer.Abort:
        return FAILED
    except Stopped as error:
        _fail(error)
        return error.status
    except OutputError as error:
        if error.reader_is_gone and not hasattr(error, "__notes__"):
            return UNREAD
        _fail(error)
        return UNREAD if error.reader_is_gone else FAILED
    except Exception as error:
        if _is_known(error):
            _fail(error)
        elif isinstance(error, OSError):
            _fail(error, _sentence(error))
        else:
            raise
        return FAILED


def _run(app: typer.Typer, arguments: list[str]) -> int:
    try:
        # A command returns nothing, or the status with which it ended early.
        return app(arguments, prog_name="layers", standalone_mode=False) or 0
    except SystemExit:
        # Typer exits so when nobody reads its help any more.
        return UNREAD
    finally:
        flush_output()


def _arguments() -> list[str] | None:
    """Return the arguments as text; None after printing that one is not UTF-8."""
    arguments = []
    for number, argument in enumerate(sys.argv[1:], 1):
        try:
            # In an ASCII locale Python passes the other bytes on as surrogates.
            argument.encode()
            text = argument
        except UnicodeEncodeError:
            try:
                text = os.fsencode(argument).decode()
            except UnicodeDecodeError:
                shown = os.fsencode(argument).decode(errors="backslashreplace")
                say(f"layers: Argument {number} is not UTF-8: '{shown}'. Nothing was done.")
                return None
        arguments.append(text)
    return arguments


def _explain_misuse(error: TyperException) -> None:
    message = _in_plain_words(error.format_message())
    # Without any arguments the help has been printed, and there is nothing to add.
    if not message:
        return
    context = getattr(error, "ctx", None)
    if context is not None:
        say(f"{context.get_usage()}\nTry '{context.command_path} --help'.\n")
    say(f"layers: {message}")


def _in_plain_words(message: str) -> str:
    """Replace Typer's sentences with plainer ones."""
    for pattern, words in _PLAIN_WORDS:
        message = re.sub(pattern, words, message)
    return message


def _is_known(error: Exception) -> bool:
    return any(
        f"{kind.__module__}.{kind.__qualname__}" in KNOWN_FAILURES for kind in type(error).__mro__
    )


def _sentence(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{reason}: {os.fsdecode(error.filename)}." if error.filename else f"{reason}."


def _fail(error: BaseException, sentence: str | None = None) -> None:
    lines = [sentence or str(error), *getattr(error, "__notes__", ())]
    say("layers: " + "\n".join(lines))
