import subprocess
import sys

import pytest
from tests.test_lock_files import ROOT, locked
from tools.locked import lines_for, packages


def names_in(text: str) -> set[str]:
    return set(packages(text))


def test_an_image_gets_everything_that_is_locked_but_the_build() -> None:
    server, build = lines_for(["server"]), lines_for(["build"])
    # What both need is in both.
    assert names_in(server) | names_in(build) == set(locked("requirements.lock"))
    assert "hatchling" in names_in(build) - names_in(server)
    assert "alembic" in names_in(server) - names_in(build)
    assert all("--hash=sha256:" in package.text for package in packages(server).values())


def test_an_extra_brings_what_it_needs_and_no_tools_for_tests() -> None:
    plain = names_in(lines_for(["server"]))
    more = names_in(lines_for(["server", "s3", "redis", "mcp", "otel"])) - plain
    assert {"obstore", "redis", "mcp", "starlette", "opentelemetry-sdk", "protobuf"} <= more
    assert not {"pytest", "hypothesis", "ruff", "mypy", "moto", "flask"} & more


def test_a_package_with_a_version_for_each_python_has_all_of_them() -> None:
    lock, server = (
        packages((ROOT / "requirements.lock").read_text("utf-8")),
        packages(lines_for(["server"])),
    )
    assert {name: package.text for name, package in server.items()} == {
        name: lock[name].text for name in server
    }


@pytest.mark.parametrize(
    ("wanted", "said"),
    [([], "usage: "), (["all"], "usage: "), (["server", "s4"], "no extra s4; there are redis, s3")],
)
def test_what_there_is_not_is_refused(wanted: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        lines_for(wanted)


def test_it_runs_where_nothing_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "tools/locked.py"), "server", "s4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("locked: no extra s4; there are ")
