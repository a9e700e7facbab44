"""What is typed: an id is one and cannot be another path, and a variable that is not set is never everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.commands.typed import Command, commands

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.sham import Sham
    from tests.support.commanding import Run

NO_IDS = ("../clock", "a/b", "?x=1", "..", ".", "%2e%2e", "a#b", " ", "café", "\x1b[31m", "a\nb")


@pytest.mark.parametrize("command", commands(), ids=str)
def test_what_is_empty_or_no_id_is_refused_before_anything_is_sent(
    ops: Run, sham: Sham, tmp_path: Path, command: Command
) -> None:
    tried = [(name, "") for name in command.never_empty()]
    tried += [(name, "../clock") for name in command.ids()]
    for name, text in tried:
        refused = ops(*command.typed(tmp_path, **{name: text}))
        assert (refused.status, refused.output) == (2, ""), (name, text)
        assert refused.errors.startswith("Usage: layers ops ")
        _, _, sentence = refused.errors.partition("\n\nlayers: ")
        assert sentence.endswith("\n")
        assert "\n" not in sentence[:-1]
    assert sham.asked == []


def test_the_commands_have_ids() -> None:
    found = {str(command): set(command.ids()) for command in commands()}
    assert found["partners show"] == {"organization"}
    assert found["keys unkill"] == {"organization", "key"}
    assert found["cash refund"] == {"organization", "account"}
    assert found["requests fulfil"] == {"request", "accounts"}
    assert found["jobs list"] == {"organization"}
    assert found["webhooks replay"] == {"endpoint", "delivery"}
    assert {str(command) for command in commands() if not command.changes} == {
        *("reconciliation", "renewals", "clock show", "console", "search", "audit"),
        *("daily-totals", "reconciliations"),
        *(f"{group} list" for group in ("partners", "keys", "pool", "operators", "jobs")),
        *(f"{group} list" for group in ("requests", "leases", "webhooks", "sessions")),
        *(f"{group} show" for group in ("partners", "requests", "jobs", "webhooks")),
        *("requests candidates", "credits events", "cash events"),
        *("webhooks deliveries", "webhooks delivery", "jobs history", "jobs content"),
    }


def test_what_is_no_id(ops: Run, sham: Sham) -> None:
    for text in NO_IDS:
        assert ops("partners", "show", text).status == 2
    assert sham.asked == []


@pytest.mark.parametrize("key", ["x" * 256, "café", "a\nb", "\x7f", " x", "x ", " "])
def test_an_idempotency_key_that_cannot_be_one(ops: Run, sham: Sham, key: str) -> None:
    refused = ops("credits", "grant", "org_1", "5", "--idempotency-key", key)
    assert (refused.status, sham.asked) == (2, [])
    assert "1 to 255 printable ASCII characters" in refused.errors


def test_an_argument_that_is_not_utf8(ops: Run, sham: Sham) -> None:
    refused = ops("credits", "grant", "org_1", "5", "--description", "caf\udce9")
    assert (refused.status, refused.output, sham.asked) == (2, "", [])
    assert refused.errors == "layers: Argument 7 is not UTF-8: 'caf\\xe9'. Nothing was done.\n"


def test_an_argument_that_is_utf8_in_a_locale_that_is_not(ops: Run, sham: Sham) -> None:
    sham.will_answer({"error": {}}, status=500)
    failed = ops("credits", "grant", "org_1", "5", "--description", "caf\udcc3\udca9")
    assert "--description 'café'" in failed.errors or "--description café" in failed.errors


def test_no_part_of_a_path_is_another_path(ops: Run, sham: Sham) -> None:
    """What a command forgets to check, the client does."""
    from partner_api.commands.operator_client import OperatorClient, OperatorRequestError

    assert ops("partners", "show", "org_1").status == 0
    assert [asked.path for asked in sham.asked] == ["/ops/v1/organizations/org_1"]
    sham.begin()
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("LAYERS_URL", sham.url)
        changed.setenv("LAYERS_OPERATOR_TOKEN", f"lpo_{'0' * 16}_{'s' * 43}")
        client = OperatorClient()
    refused = {"", ".", ".."}
    for part in set(NO_IDS) - refused:
        client.ask(lambda layers, part=part: layers.organizations.retrieve(part))  # type: ignore[misc]
    paths = [asked.path.removeprefix("/ops/v1/organizations/") for asked in sham.asked]
    assert len(paths) == len(set(NO_IDS) - refused)
    assert not any(set(path) & set("/?#") or path in refused for path in paths), paths
    for part in refused:
        with pytest.raises(OperatorRequestError, match=r"must be an id, not .* not set") as error:
            client.ask(lambda layers, part=part: layers.organizations.retrieve(part))  # type: ignore[misc]
        assert error.value.is_refusal
    assert len(sham.asked) == len(paths), "nothing was sent"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1,000", "Invalid value for 'credits': It has to be a whole number, in digits only: "),
        ("5.5", "Invalid value for 'credits': It has to be a whole number, in digits only: "),
        ("-100", "A number below zero cannot be given here."),
    ],
)
def test_an_amount_that_cannot_be_one(ops: Run, sham: Sham, amount: str, words: str) -> None:
    for command in ("grant", "purchase"):
        refused = ops("credits", command, "org_1", amount)
        assert (refused.status, sham.asked) == (2, [])
        assert f"\n\nlayers: {words}" in refused.errors


def test_an_option_that_there_is_not(ops: Run) -> None:
    assert "layers: No such option: -x" in ops("credits", "grant", "org_1", "5", "-x").errors


def test_settings_are_named_in_one_piece_on_a_narrow_terminal(run: Run) -> None:
    printed = run("settings", COLUMNS="80").output
    assert "LAYERS_MAX_CONNECTIONS_PER_ADDRESS" in printed


@pytest.mark.parametrize("command", [("reconcile",), ("db", "status")], ids=" ".join)
def test_to_look_at_a_database_makes_none(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """In a folder that was misspelt, or in one that is something else's."""
    (tmp_path / "other").mkdir()
    for name, missing in (("data", "data folder"), ("other", "database in the data folder")):
        folder = tmp_path / name
        refused = run(*command, LAYERS_DATA_DIR=str(folder))
        assert refused.errors.startswith(f"layers: There is no {missing} {folder}. Set ")
        # Status 1 of `reconcile` says that the books do not agree.
        assert (refused.status, refused.output) == (2 if command == ("reconcile",) else 1, "")
    assert [path.name for path in tmp_path.rglob("*")] == ["other"]


def test_reconcile_cannot_check_with_settings_that_cannot_be_used(run: Run) -> None:
    refused = run("reconcile", DATABASE_URL="mysql://x")
    assert refused.status == 2
    assert refused.errors.startswith("layers: DATABASE_URL is set, but ")
