"""What `make dist` builds: the same bytes wherever it is built, all of the product, and a server where nothing else is.

With TEST_FETCH=yes (`make dist-check`) the packages are installed with all that they need from a package index, as
people install them. Without it no network is needed: the rest comes from the environment of the tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from tests.processes.demo_servers import key_of, paths_of
from tests.support.serving import Service, environment, passable_folder
from tools.distribution import faults_of

from layers_partner.version import VERSION

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "sdk" / "python"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SERVER_NAME = f"layers_partner_api-{PROJECT['version']}"
LIBRARY_NAME = f"layers_partner-{VERSION}"
WHEEL = "-py3-none-any.whl"


class Built(NamedTuple):
    """What was built of the checkout, and of nothing but the source distribution; and that one, unpacked."""

    folder: Path
    again: Path
    unpacked: Path

    def wheel(self, name: str) -> zipfile.ZipFile:
        return zipfile.ZipFile(self.folder / f"{name}{WHEEL}")


def run(*command: str | Path, cwd: Path, umask: int = 0o022, **variables: str) -> str:
    """Run a command that knows nothing of the checkout; what it prints."""
    result = subprocess.run(
        command,
        cwd=cwd,
        env=environment({"PYTHONPATH": "", **variables}),
        umask=umask,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=250,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


def build(source: Path, folder: Path) -> None:
    """Build both packages as `make dist` does."""
    for package in packages_of(source):
        tool = (sys.executable, "-m", "build", "--no-isolation")
        run(*tool, "--outdir", folder, package, cwd=folder.parent)


def packages_of(source: Path) -> tuple[Path, Path]:
    return source, source / "sdk" / "python"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Both packages, built twice in as different places as there can be."""
    first = tmp_path_factory.mktemp("built") / "dist"
    build(ROOT, first)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a place, mit Überraschungen"
    (elsewhere / "tmp").mkdir(parents=True)
    with tarfile.open(first / f"{SERVER_NAME}.tar.gz") as archive:
        archive.extractall(elsewhere, filter="data")
    unpacked = elsewhere / SERVER_NAME
    for path in unpacked.rglob("*"):
        os.utime(path, (1, 1))
        if path.is_file():
            path.chmod(0o700 if path.stat().st_mode & 0o100 else 0o600)
    for package in packages_of(unpacked):
        # By another tool too, which builds the wheel from the files and not from the source distribution.
        run(
            *(sys.executable, "-m", "hatchling", "build", "--directory", elsewhere / "dist"),
            cwd=package,
            umask=0o077,
            TMPDIR=str(elsewhere / "tmp"),
            LC_ALL="C",
            TZ="Pacific/Auckland",
            PYTHONHASHSEED="1",
        )
    return Built(first, elsewhere / "dist", unpacked)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_bytes_come_out_wherever_it_is_built(built: Built, tmp_path: Path) -> None:
    first, again = bytes_of(built.folder), bytes_of(built.again)
    assert first.keys() == {
        *(f"{SERVER_NAME}.tar.gz", f"{SERVER_NAME}{WHEEL}"),
        *(f"{LIBRARY_NAME}.tar.gz", f"{LIBRARY_NAME}{WHEEL}"),
    }
    assert [name for name in first if first[name] != again.get(name)] == []
    # Straight from the checkout, as an editor or `pip install .` builds it.
    for folder in (ROOT, LIBRARY):
        (made,) = WheelBuilder(str(folder)).build(directory=str(tmp_path), versions=["standard"])
        assert Path(made).read_bytes() == first[Path(made).name]


@pytest.mark.parametrize(
    ("name", "source", "some"),
    [
        (
            SERVER_NAME,
            ROOT / "src",
            {
                "embedded_postgres/binaries.py",
                "partner_api/console/static/console.css",
                "partner_api/database/schema/versions/0001_foundation.sql",
                "partner_api/py.typed",
            },
        ),
        (LIBRARY_NAME, LIBRARY / "src", {"layers_partner/py.typed"}),
    ],
    ids=["server", "library"],
)
def test_a_wheel_has_every_file_of_its_packages_and_no_other(
    built: Built, name: str, source: Path, some: set[str]
) -> None:
    there = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with built.wheel(name) as wheel:
        packed = {file for file in wheel.namelist() if not file.startswith(f"{name}.dist-info/")}
        metadata = set(wheel.namelist()) - packed
    assert packed == there
    assert some <= packed
    assert f"{name}.dist-info/licenses/LICENSE" in metadata


def test_what_an_index_shows_can_be_read_there(built: Built) -> None:
    with built.wheel(SERVER_NAME) as wheel:
        text = wheel.read(f"{SERVER_NAME}.dist-info/METADATA").decode()
    metadata = Parser().parsestr(text)
    description = metadata.get_payload()
    assert isinstance(description, str)
    assert description.startswith("# Partner API\n")
    assert "pip install layers-partner-api" in description
    # Links to files of the repository would lead nowhere.
    links = re.findall(r"\]\((\S+)\)", description)
    assert [link for link in links if not link.startswith("https://")] == []
    assert "the glossary (`docs/glossary.md`)" in description

    assert metadata["Version"] == PROJECT["version"]
    asked = {
        (wanted.name, str(wanted.specifier), frozenset(wanted.extras), str(wanted.marker or ""))
        for wanted in map(Requirement, metadata.get_all("Requires-Dist", []))
    }
    extras = PROJECT["optional-dependencies"]
    assert metadata.get_all("Provides-Extra") == sorted(extras)
    declared = [(wanted, "") for wanted in PROJECT["dependencies"]] + [
        (wanted, f'extra == "{extra}"') for extra, group in extras.items() for wanted in group
    ]
    assert asked == {
        (one.name, str(one.specifier), frozenset(one.extras), marker)
        for one, marker in ((Requirement(text), marker) for text, marker in declared)
    }


def test_what_does_not_belong_into_an_archive_is_named(built: Built, tmp_path: Path) -> None:
    for name, content in bytes_of(built.folder).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / f"{LIBRARY_NAME}.tar.gz").unlink()
    broken = tmp_path / f"{SERVER_NAME}{WHEEL}"
    with built.wheel(SERVER_NAME) as whole, zipfile.ZipFile(broken, "w") as wheel:
        for name in whole.namelist():
            if name != "partner_api/py.typed":
                wheel.writestr(name, whole.read(name))
        wheel.writestr("partner_api/.env", "SECRET=1")
    faults = list(faults_of(tmp_path))
    assert f"{broken.name} lacks partner_api/py.typed." in faults
    assert any(fault.startswith(f"{broken.name} has partner_api/.env, which") for fault in faults)
    assert any("one source distribution of layers_partner in" in fault for fault in faults)


def test_the_source_distribution_alone_can_be_tested(built: Built) -> None:
    said = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_ids.py"),
        cwd=built.unpacked,
        PYTHONPATH=f"{built.unpacked}/src{os.pathsep}{built.unpacked}/sdk/python/src",
    )
    assert re.search(r"\[100%\]", said), said
    for needed in ("Makefile", "requirements-dev.lock", ".ci/run", "docs/run.md", "bench"):
        assert (built.unpacked / needed).exists(), needed


@pytest.fixture(scope="module")
def installed(built: Built) -> Iterator[Path]:
    """An environment into which the wheels were installed, and nothing of the checkout."""
    with passable_folder() as folder:
        home = folder / "environment"
        run(sys.executable, "-m", "venv", "--without-pip", home, cwd=folder)
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(home))
        wheels = sorted(built.folder.glob("*.whl"))
        if os.environ.get("TEST_FETCH"):
            locked = ("--require-hashes", "--only-binary", ":all:", "--requirement")
            run(*pip, "install", "--quiet", *locked, ROOT / "requirements.lock", cwd=folder)
        else:
            # There may be no network, so the dependencies are those of the tests. A line in a .pth file adds their
            # folder behind the wheels. The .pth files in that folder are not read, and they alone lead to the checkout.
            (own,) = home.glob("lib/python*/site-packages")
            shared = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
            (own / "dependencies.pth").write_text("\n".join(sorted(shared)) + "\n")
        offline = ("--no-index", "--no-deps", "--no-compile")
        run(*pip, "install", "--quiet", *offline, *wheels, cwd=folder)
        if os.environ.get("TEST_FETCH"):
            run(*pip, "check", cwd=folder)
        yield home / "bin"


@pytest.fixture
def server(installed: Path) -> Iterator[Service]:
    with passable_folder() as home:
        # In the folder that it is started in, and with no setting, as who has just installed it has none.
        service = Service(
            *(home, "serve", "--demo"),
            program=[str(installed / "layers")],
            PYTHONPATH="",
            LAYERS_DATA_DIR="",
        )
        try:
            yield service
        finally:
            service.end()


def test_the_installed_packages_are_those_that_were_built(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "layers", "--version", cwd=tmp_path) == f"layers {PROJECT['version']}\n"
    program = (
        "import sys, partner_api, embedded_postgres, layers_partner as library\n"
        "print(partner_api.__file__, embedded_postgres.__file__, library.__file__, *sys.path, sep='\\n')"
    )
    said = run(installed / "python", "-c", program, cwd=tmp_path).splitlines()
    modules, paths = said[:3], said[3:]
    assert all(Path(module).is_relative_to(installed.parent) for module in modules), modules
    assert not {str(ROOT), str(ROOT / "src"), str(LIBRARY / "src")} & set(paths)


def test_an_installed_server_serves_and_finds_its_data_again(server: Service) -> None:
    printed = server.start()
    assert f"Its data is in {server.home}/data" in printed
    credits, _ = paths_of(printed)
    key = key_of(printed)
    before = server.get(credits, key).json()["available"]
    # Nobody is signed in, so the first shows the page for that.
    for page, status in (("/console", 401), ("/docs", 200)):
        address = server.base_url + page
        shown = httpx2.get(address, follow_redirects=True, trust_env=False, timeout=60)
        assert shown.status_code == status, page
        assert shown.headers["Content-Type"].startswith("text/html")
        needed = re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js|svg)[^"]*)"', shown.text)
        assert len(needed) >= 2, page
        for path in needed:
            assert server.get(path).status_code == 200, path
    moved = httpx2.post(
        f"{server.base_url}{credits}/allocate",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "first"},
        json={"credits": 7},
        trust_env=False,
        timeout=60,
    )
    assert moved.status_code in {200, 201}, moved.text
    assert server.interrupt() == 0, server.errors

    again = server.start()
    assert key_of(again) == key
    assert server.get(credits, key).json()["available"] == before + 7
    assert server.interrupt() == 0, server.errors
    assert server.pids() == []
    assert "Traceback" not in server.errors
