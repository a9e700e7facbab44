"""Other people's text in every command: it shows as it is, and a terminal obeys none of it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.commands.conftest import TOKEN
from tests.commands.typed import Command, commands
from tests.support.serving import LAYERS, environment

from partner_api.visible_text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.sham import Sham
    from tests.support.commanding import Run

HOSTILE = (
    "Kiosk [/x] [eu] [bold]:coffee: \x1b]0;title\x07\x1b[31m\x9b2J\x7f\x00\r\n\tlast "
    "\u202egpj\u202c\u2066\u200f\u061c\u2028 \ud800 \\x1b \u200b 茶 café \U0001f1ea\U0001f1fa"
)
OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_COLUMNS = re.findall(
    r"\w+",
    """
    id name status parentOrganizationId createdAt prefix env role expiresAt revokedAt handle followers vertical language
    monthlyPriceCents organizationId format stage progress attempt workerId startedAt projectId count geo submittedAt
    socialAccountId billingStatus pastDueSince nextRenewalAt totalCents pastDueCents balanceCents shortfallCents
    coveredUntil outcome monthsPaid paidCents score message eventType credits balanceAfter workflowId description
    operatorId requestId amountCents balanceAfterCents leaseMonth reference organizationName
    consecutiveFailureCount waitingDeliveries oldestWaitingAt lastSuccessAt url attempts lastResponseStatus
    lastErrorMessage nextRetryAt abandonedReason eventId operatorName address userAgent
    kind partOf exact occurredAt actor day isComplete creditsUsed creditsRefunded creditsPurchased cashPaidInCents
    cashChargedCents cashRefundedCents requestedAt finishedAt walletsChecked eventsChecked
    """,
)
_ITEM: dict[str, Any] = {
    **dict.fromkeys(_COLUMNS, HOSTILE),
    "scopes": [HOSTILE],
    "niche": dict.fromkeys(("vertical", "language", "geo"), HOSTILE),
    "reasons": [{"points": HOSTILE, "text": HOSTILE}],
    "lastError": {"code": HOSTILE, "message": HOSTILE},
    "metadata": {"reason": HOSTILE, "counterpartyOrgId": HOSTILE},
    "error": HOSTILE,
    "data": {"operator": HOSTILE},
    "mismatchesFound": 0,
}
# What any command finds in it what it looks for.
ANSWER: dict[str, Any] = {
    "items": [{**_ITEM, "leases": [_ITEM]}],
    "nextCursor": None,
    "url": HOSTILE,
    "mismatchesFound": 0,
    "now": "2027-01-01T00:00:00.000Z",
    "errors": [{"line": HOSTILE, "message": HOSTILE}],
    "lines": 1,
    "added": 1,
    "rejected": 0,
    "note": HOSTILE,
}
ERROR = {
    "code": HOSTILE,
    "message": HOSTILE,
    "requestId": HOSTILE,
    "details": {"issues": [{"path": HOSTILE, "message": HOSTILE}], "name": HOSTILE},
}


@pytest.mark.parametrize("command", commands(), ids=str)
def test_every_command_shows_hostile_text_as_it_is(
    ops: Run, sham: Sham, tmp_path: Path, command: Command
) -> None:
    sham.will_answer(ANSWER)
    shown = ops(*command.typed(tmp_path))
    assert (shown.status, shown.errors) == (0, "")
    assert not OBEYED.search(shown.output), shown.output
    if shown.output.startswith(("{", "[")):
        assert json.loads(shown.output) == ANSWER
    else:
        assert visible(HOSTILE) in shown.output

    if any(parameter.name == "as_json" for parameter in command.parameters):
        printed = ops(*command.typed(tmp_path), "--json")
        assert not OBEYED.search(printed.output), printed.output
        assert printed.json in (ANSWER, ANSWER["items"])


@pytest.mark.parametrize("words", ["partners list", "credits grant", "pool import"])
def test_hostile_errors_show_as_they_are(ops: Run, sham: Sham, tmp_path: Path, words: str) -> None:
    sham.will_answer({"error": ERROR}, status=422)
    (command,) = [command for command in commands() if str(command) == words]
    refused = ops(*command.typed(tmp_path))
    assert (refused.status, refused.output) == (1, "")
    assert not OBEYED.search(refused.errors), refused.errors
    shown = visible(HOSTILE)
    first, issue, details, request = refused.errors.splitlines()
    assert first == f"layers: {shown}: {shown}"
    assert issue == f"  {shown}: {shown}"
    assert json.loads(details) == {"name": HOSTILE}
    assert request == f"  request {shown}"


def test_a_terminal_of_any_width_and_encoding(sham: Sham) -> None:
    sham.will_answer(ANSWER)
    printed = {
        (encoding, columns): _on_a_terminal(sham, encoding, columns)
        for encoding, columns in (("utf-8", "20"), ("ascii", "100"))
    }
    for (encoding, _), text in printed.items():
        table = re.sub(r"\x1b\[[\d;]*m", "", text).replace("\r\n", "\n")
        assert not OBEYED.search(table), table
        expected = visible(HOSTILE).encode(encoding, "backslashreplace").decode(encoding)
        rows = [line for line in table.splitlines() if expected in line]
        assert len(rows) == 1, "each row is one line, however narrow the terminal is"
        assert rows[0].count(expected) == 5
        assert (encoding == "ascii") == text.isascii()
        if encoding == "ascii":
            assert len({len(line) for line in table.splitlines()}) == 1, "its columns are straight"


def _on_a_terminal(sham: Sham, encoding: str, columns: str) -> str:
    """What `layers ops partners list` writes on a real terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*LAYERS, "ops", "partners", "list"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(
            {
                "LANG": "C",
                "PYTHONIOENCODING": encoding,
                "COLUMNS": columns,
                "TERM": "xterm-256color",
                "LAYERS_URL": sham.url,
                "LAYERS_OPERATOR_TOKEN": TOKEN,
            }
        ),
    )
    os.close(theirs)
    chunks = []
    try:
        while chunk := os.read(ours, 65_536):
            chunks.append(chunk)
    except OSError:
        # How Linux says that a terminal has nobody at its other end any more.
        pass
    finally:
        os.close(ours)
    text = b"".join(chunks).decode()
    assert process.wait(120) == 0, text
    return text
