"""What is built of the Python library: a wheel and an archive of its sources, and what importing it costs."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import layers_partner

PACKAGE = Path(__file__).parents[3] / "sdk/python"
_BUILD = "from hatchling.cli import hatchling; raise SystemExit(hatchling())"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what was built."""
    folder = tmp_path_factory.mktemp("built")
    run("-c", _BUILD, "build", "-d", str(folder), cwd=PACKAGE)
    return folder


def run(*arguments: str, cwd: Path, **variables: str) -> str:
    """Run Python, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def sources() -> set[str]:
    """The files of the package, from the folder that holds it."""
    source = PACKAGE / "src"
    return {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_the_package_its_types_and_its_licence(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    version = layers_partner.__version__
    assert wheel.name == f"layers_partner-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    about = f"layers_partner-{version}.dist-info"
    assert {name for name in names if not name.startswith(about)} == sources()
    assert "layers_partner/py.typed" in names
    metadata = (tmp_path / about / "METADATA").read_text(encoding="utf-8")
    assert "Requires-Dist: httpx2<3,>=2.16\n" in metadata
    assert metadata.count("Requires-Dist:") == 1
    assert "# layers-partner" in metadata
    assert (tmp_path / about / "licenses/LICENSE").read_bytes() == licence()
    program = "import layers_partner as l; print(l.__version__, l.__file__)"
    said = run("-c", program, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert said == f"{version} {tmp_path / 'layers_partner/__init__.py'}"


def test_the_sources_have_the_readme_the_changes_and_the_licence(built: Path) -> None:
    (archive_path,) = built.glob("*.tar.gz")
    with tarfile.open(archive_path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    others = {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "PKG-INFO"}
    assert names >= others | {f"src/{name}" for name in sources()}
    assert f"## {layers_partner.__version__}\n" in (PACKAGE / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )


def licence() -> bytes:
    """The licence of the repository, which is that of the library."""
    return (PACKAGE.parents[1] / "LICENSE").read_bytes()


def test_the_licence_is_that_of_the_repository() -> None:
    assert (PACKAGE / "LICENSE").read_bytes() == licence()


def test_importing_it_imports_neither_httpx2_nor_asyncio_nor_types(tmp_path: Path) -> None:
    program = (
        "import sys; before = set(sys.modules); import layers_partner; "
        "print(' '.join(sorted(set(sys.modules) - before)))"
    )
    imported = set(run("-c", program, cwd=tmp_path, PYTHONPATH=str(PACKAGE / "src")).split())
    assert "layers_partner.client" in imported
    heavy = {"httpx2", "asyncio", "ssl", "anyio", "layers_partner.partner.types"}
    assert imported & heavy == set()
    assert not any(name.startswith("layers_partner.partner.resources.") for name in imported)
