"""The work is done, or may be, and the command cannot say so: it names what repeats it, and that is done once."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import pytest
from tests.commands.typed import commands
from tests.support.commanding import Result

from partner_api.commands.repeating import shell_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.commands.sham import Sham
    from tests.support.commanding import Run

GRANT = ("credits", "grant", "org_1", "5", "--description", "It's café")
DONE = {"balance": 5, "secret": "lp_live_…", "rejected": 0, "errors": [], "lines": 1, "added": 1}
FULL = "layers: The output cannot be written: No space left on device.\n"


@contextmanager
def full_disk() -> Iterator[TextIO]:
    """Where nothing can be written."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        yield full


@contextmanager
def closed_pipe() -> Iterator[TextIO]:
    """What nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        yield pipe


def repetition(errors: str) -> list[str]:
    """The command that standard error names, as `layers ops` gets it."""
    *_, sentence, command = errors.splitlines()
    words = shlex.split(command)
    assert command.startswith("  layers ops ")
    key = words[words.index("--idempotency-key") + 1]
    assert f"repeat the command with --idempotency-key {key} and" in sentence
    return words[2:]


@pytest.mark.parametrize("command", [c for c in commands() if c.changes], ids=str)
def test_every_command_that_cannot_print_its_answer_names_its_repetition(
    ops: Run, sham: Sham, tmp_path: Path, command: object
) -> None:
    sham.will_answer({**DONE, "now": "2027-01-01T00:00:00.000Z"})
    with full_disk() as full:
        failed = ops(*command.typed(tmp_path), stdout=full)  # type: ignore[attr-defined]
    assert failed.status == 1
    assert failed.errors.startswith(f"{FULL}It was done: within 24 hours, ")
    first = sham.asked[-1]
    repeated = repetition(failed.errors)
    assert repeated[repeated.index("--idempotency-key") + 1] == first.key
    again = ops(*repeated)
    assert again.status == 0, again
    assert sham.asked[-1] == first, "the same request with the same key"


def test_a_pipe_that_nobody_reads(ops: Run, sham: Sham) -> None:
    sham.will_answer({"items": [], "nextCursor": None})
    with closed_pipe() as pipe:
        assert ops("partners", "list", stdout=pipe) == Result(141, "", "")
    with closed_pipe() as pipe:
        granted = ops(*GRANT, stdout=pipe)
    assert granted.status == 141
    assert repetition(granted.errors)[-1] == "It's café"


def test_a_full_disk_when_reading(ops: Run, run: Run, sham: Sham) -> None:
    sham.will_answer({"items": [], "nextCursor": None})
    with full_disk() as full:
        assert ops("partners", "list", stdout=full).errors == FULL
    with full_disk() as full:
        settings = run("settings", stdout=full)
    assert (settings.status, settings.errors) == (1, FULL)
    with full_disk() as full:
        version = run("--version", stdout=full)
    assert (version.status, version.errors) == (1, FULL)
    with full_disk() as full:
        helped = run("--help", stdout=full)
    assert (helped.status, helped.errors) == (1, FULL)
    with closed_pipe() as pipe:
        assert run("--help", stdout=pipe).status == 141


@pytest.mark.parametrize("code", ["IDEMPOTENCY_IN_PROGRESS", "INTERNAL", "UNAVAILABLE"])
def test_an_answer_that_leaves_it_open(ops: Run, sham: Sham, code: str) -> None:
    status = 409 if code == "IDEMPOTENCY_IN_PROGRESS" else 503
    sham.will_answer(
        {"error": {"code": code, "message": "Wait.", "requestId": "req_1"}}, status=status
    )
    failed = ops(*GRANT)
    assert failed.status == 1
    assert failed.errors.startswith(f"layers: {code}: Wait.\n  request req_1\nWhether it was done")
    assert repetition(failed.errors)


@pytest.mark.parametrize(
    "answer", [None, [], {"error": "no"}, {"error": {}}, {"error": {"code": "X", "message": 1}}]
)
def test_an_answer_that_is_not_the_apis(ops: Run, sham: Sham, answer: object) -> None:
    sham.will_answer(answer, status=418)
    for words in (GRANT, ("partners", "list")):
        failed = ops(*words)
        assert failed.status == 1
        assert "The server answered 418, and not as its API does." in failed.errors
    sham.will_answer(answer)
    assert "and not as its API does." in ops("partners", "list").errors


def test_a_token_that_the_server_does_not_know(ops: Run, sham: Sham) -> None:
    error = {"code": "UNAUTHENTICATED", "message": "No valid key.", "requestId": "req_1"}
    sham.will_answer({"error": error}, status=401)
    failed = ops("partners", "list")
    assert failed.status == 1
    assert failed.errors.startswith(
        "layers: UNAUTHENTICATED: No valid key.\n  The token is LAYERS_OPERATOR_TOKEN, or "
    )


def test_a_server_that_is_not_there(ops: Run) -> None:
    failed = ops("partners", "list", LAYERS_URL="http://nowhere.invalid")
    assert failed.status == 1
    assert re.match(r"layers: No answer from nowhere\.invalid \([^\[\]]+\)\. Is ", failed.errors)


def test_a_connection_that_is_lost(ops: Run, sham: Sham) -> None:
    sham.will_hang_up()
    failed = ops(*GRANT)
    assert failed.status == 1
    assert re.match(
        r"layers: No answer from 127.0.0.1:\d+ \(Server disconnected [^()]+[^.]\)\. Is the",
        failed.errors,
    )
    repeated = repetition(failed.errors)
    key = sham.asked[-1].key
    assert repeated == ["credits", "grant", "--idempotency-key", key, *GRANT[2:]]
    sham.will_answer(DONE)
    assert ops(*repeated).json == DONE
    assert sham.asked[-1].key == key


def test_what_may_have_been_done_is_tried_again_with_the_same_key(ops: Run, sham: Sham) -> None:
    unavailable = {"code": "UNAVAILABLE", "message": "Wait.", "requestId": "req_1"}
    sham.will_answer(DONE)
    sham.will_first(None, json.dumps({"error": unavailable}).encode())
    assert ops(*GRANT).json == DONE
    assert len(sham.asked) == 3
    assert len({asked.key for asked in sham.asked}) == 1


def test_a_refusal_of_another_try_is_none_of_the_first(ops: Run, sham: Sham) -> None:
    """Its answer was lost: it may have replaced the very token that the next try shows."""
    error = {"code": "UNAUTHENTICATED", "message": "No valid key.", "requestId": "req_1"}
    sham.will_answer({"error": error}, status=401)
    sham.will_first(None)
    failed = ops("operators", "rotate", "opr_1")
    assert failed.errors.startswith("layers: UNAUTHENTICATED: No valid key.\n")
    assert "\nWhether it was done is not known: " in failed.errors
    assert repetition(failed.errors)[-1] == "opr_1"
    assert "Whether" not in ops("operators", "rotate", "opr_1").errors


def test_a_refusal_is_no_reason_to_repeat(ops: Run, sham: Sham) -> None:
    sham.will_answer(
        {"error": {"code": "CONFLICT", "message": "No.", "requestId": "req_1"}}, status=409
    )
    assert ops(*GRANT).errors == "layers: CONFLICT: No.\n  request req_1\n"


def test_a_key_that_was_given_is_repeated(ops: Run, sham: Sham) -> None:
    sham.will_hang_up()
    given = ("operators", "revoke", "--idempotency-key", "mine 1", "--", "opr_1")
    assert repetition(ops(*given).errors) == list(given)
    assert repetition(ops("operators", "revoke", "--", "opr_1").errors)[-2:] == ["--", "opr_1"]


def test_the_clock_is_moved_to_the_same_instant_again(ops: Run, sham: Sham) -> None:
    sham.will_answer({**DONE, "now": "2027-01-01T00:00:00.000Z"})
    with full_disk() as full:
        moved = ops("clock", "advance", "--months", "3", stdout=full)
    repeated = repetition(moved.errors)
    assert repeated[:4] == ["clock", "advance", "--to", "2027-04-01T00:00:00.000Z"]
    assert len({asked.key for asked in sham.asked}) == 4, "one for each step, none to look"
    # The time has come meanwhile, and the server knows the key.
    sham.begin()
    sham.will_answer({**DONE, "now": "2027-04-01T00:00:01.000Z"})
    assert ops(*repeated).status == 0
    assert [asked.method for asked in sham.asked] == ["GET", "POST"]
    assert sham.asked[-1].key == repeated[-1]
    assert ops("clock", "advance", "--to", "2027-04-01T00:00:00Z").status == 2


def test_a_file_that_becomes_shorter(
    ops: Run, sham: Sham, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("handle\n")

    def longer(descriptor: int) -> os.stat_result:
        found = list(os.stat(descriptor))
        found[6] += 1
        return os.stat_result(found)

    monkeypatch.setattr("partner_api.commands.ops.pool.os.fstat", longer)
    failed = ops("pool", "import", str(file))
    assert failed.status == 1
    assert failed.errors.startswith("layers: The file became shorter while it was sent.\n")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_shell_reads_the_words_that_were_typed(encoding: str) -> None:
    words = [
        "layers",
        "It's",
        "café 茶",
        "a\nb\t\x1b[31m",
        "\u202e\\n'\x9b7",
        "$HOME",
        "",
        "--",
        "*",
    ]
    text = shell_words(words, encoding)
    assert text.isprintable()
    assert encoding == "utf-8" or text.isascii()
    if (bash := shutil.which("bash")) is None:
        pytest.skip("only newer shells read $'…'")
    printed = [sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))"]
    shown = subprocess.run(
        [bash, "-c", f"{shlex.join(printed)} {text}"], capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"{words!a}\n"


def test_signals_are_as_before_when_a_command_was_not_stopped(ops: Run, sham: Sham) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    sham.will_answer(DONE)
    assert ops(*GRANT).status == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
