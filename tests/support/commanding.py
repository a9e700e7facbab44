"""Commands of `layers` run in this process, as a shell would run them."""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

import pytest
import structlog
import typer.main

from partner_api import cli
from partner_api.settings.table import SETTINGS


@dataclass
class Result:
    """What a command printed, and its exit status."""

    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        assert self.status == 0, self
        return json.loads(self.output)


Run = Callable[..., Result]

# What the commands and their options are is worked out from all functions, at each call: most of what a call costs.
_get_command = functools.cache(typer.main.get_command)


@contextlib.contextmanager
def running_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Return what runs a command with these settings and no others; ``stdout`` is where it prints, if not for us."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    for setting in SETTINGS:
        monkeypatch.delenv(setting.variable, raising=False)

    def run(*arguments: str, stdout: TextIO | None = None, **variables: str) -> Result:
        capsys.readouterr()
        with monkeypatch.context() as changed, pytest.raises(SystemExit) as end:
            changed.setattr(sys, "argv", ["layers", *arguments])
            changed.setattr(typer.main, "get_command", _get_command)
            if stdout is not None:
                changed.setattr(sys, "stdout", stdout)
            for variable, text in {"LAYERS_LOG_LEVEL": "warning", **variables}.items():
                changed.setenv(variable, text)
            cli.main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Result(int(end.value.code or 0), printed.out, printed.err)

    yield run
    root.handlers[:], root.level = handlers, level
    structlog.configure(**before)
