"""How `layers mcp` is started, and why it does not start."""

from __future__ import annotations

import errno
import importlib.util
import os
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from partner_api.commands import mcp
from partner_api.commands.application import app
from partner_api.settings.variables import unknown_variables

if TYPE_CHECKING:
    from tests.support.commanding import Run

KEY = f"lp_live_{'0' * 16}_{'s' * 43}"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """The choice and the client with which it was started, without serving."""
    seen = []

    async def serve(choice: Any, client: Any, base_url: str | None) -> None:
        seen.append((choice, client._configuration))

    monkeypatch.setattr(mcp, "_serve", serve)
    return seen


def test_without_the_extra_it_says_how_to_install_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp, "find_spec", lambda name: None)
    result = run("mcp", LAYERS_API_KEY=KEY)
    assert (result.status, result.output) == (1, "")
    assert result.errors == (
        "layers: `layers mcp` needs the SDK of the Model Context Protocol. "
        'Install the extra: pip install "layers-partner-api[mcp]".\n'
    )
    assert importlib.util.find_spec("mcp") is not None


@pytest.mark.parametrize(
    ("words", "variables", "status", "sentence"),
    [
        ((), {"LAYERS_API_KEY": ""}, 1, "There is no key. Set LAYERS_API_KEY"),
        ((), {"LAYERS_API_KEY": f"lpo_{'0' * 16}_x"}, 1, "an operator's token"),
        (("--base-url", "http://a:b@c"), {}, 1, "--base-url or LAYERS_BASE_URL cannot be used"),
        (("--organization", "a b"), {}, 1, "--organization or LAYERS_ORGANIZATION must be the id"),
        (("--organization", ""), {}, 1, "--organization or LAYERS_ORGANIZATION must be the id"),
        (("--toolsets", "core,money"), {}, 2, "no toolset 'money'. Take some of core, leases"),
        (("--toolsets", ""), {}, 2, "There is no toolset ''"),
        ((), {"LAYERS_MCP_TOOLSETS": "all"}, 2, "no toolset 'all'"),
        (("--read-only", "please"), {}, 2, "unexpected extra argument"),
        (("--api-key", KEY), {}, 2, "No such option"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    run: Run,
    started: list[Any],
    words: tuple[str, ...],
    variables: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    result = run("mcp", *words, **{"LAYERS_API_KEY": KEY, **variables})
    assert (result.status, result.output) == (status, "")
    assert sentence in " ".join(result.errors.split())
    assert KEY not in result.errors
    assert started == []


def test_its_variables_are_no_misspelt_settings_of_a_server() -> None:
    options = typer.main.get_command(app).commands["mcp"].params  # type: ignore[attr-defined]
    variables = {option.envvar: "" for option in options if option.envvar}
    assert len(variables) == 2
    assert unknown_variables(variables) == []


def test_options_win_over_variables(run: Run, started: list[tuple[Any, Any]]) -> None:
    variables = {
        "LAYERS_API_KEY": KEY,
        "LAYERS_BASE_URL": "http://127.0.0.1:1",
        "LAYERS_ORGANIZATION": "org_variable",
        "LAYERS_MCP_TOOLSETS": "core",
        "LAYERS_MCP_READ_ONLY": "true",
    }
    options = ["--base-url", "http://127.0.0.1:2", "--organization", "org_option"]
    options += ["--toolsets", "leases, credits,leases", "--no-read-only", "--allow-money"]
    assert run("mcp", **variables).status == 0
    assert run("mcp", *options, **variables).status == 0
    assert run("mcp", LAYERS_API_KEY=KEY).status == 0
    first, second, third = started
    assert (first[0].toolsets, first[0].read_only, first[0].allow_money) == (["core"], True, False)
    assert (first[1].base_url, first[1].organization) == ("http://127.0.0.1:1", "org_variable")
    assert (second[0].toolsets, second[0].read_only, second[0].allow_money) == (
        ["leases", "credits"],
        False,
        True,
    )
    assert (second[1].base_url, second[1].organization) == ("http://127.0.0.1:2", "org_option")
    assert (third[0].toolsets, third[0].read_only, third[0].allow_money) == (
        ["core", "leases"],
        False,
        False,
    )
    assert third[1].organization is None


@pytest.mark.parametrize(
    ("errors", "status"),
    [([BrokenPipeError()], 141), ([ExceptionGroup("", [BrokenPipeError()])], 141)],
)
def test_a_client_that_reads_no_more_is_no_fault(
    run: Run, monkeypatch: pytest.MonkeyPatch, errors: list[Exception], status: int
) -> None:
    async def serve(*_: object) -> None:
        raise ExceptionGroup("of a group of tasks", errors)

    monkeypatch.setattr(mcp, "_serve", serve)
    result = run("mcp", LAYERS_API_KEY=KEY)
    assert (result.status, result.errors) == (status, "")


def test_a_standard_output_that_cannot_be_written_is_said_in_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def serve(*_: object) -> None:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise ExceptionGroup("of a group of tasks", [ExceptionGroup("inside", [full])])

    monkeypatch.setattr(mcp, "_serve", serve)
    result = run("mcp", LAYERS_API_KEY=KEY)
    assert (result.status, result.errors) == (
        1,
        "layers: Standard output, where the answers go, cannot be written: No space left on device.\n",
    )


def test_another_fault_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(*_: object) -> None:
        raise ExceptionGroup("of a group of tasks", [BrokenPipeError(), RuntimeError("a fault")])

    monkeypatch.setattr(mcp, "_serve", serve)
    with pytest.raises(ExceptionGroup):
        run("mcp", LAYERS_API_KEY=KEY)
