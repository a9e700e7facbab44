"""Check that what was built has every file that belongs there, and no other.

``python -m tools.distribution dist`` compares the source distributions and wheels in that folder with what git tracks.
In an unpacked source distribution there is no git, and the wheels are compared with the files that lie there. What a
checkout has beside, such as notes, keys or a build of something else, must not be given to others.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Folders of the two packages, and the folder of their modules in each.
PACKAGES = {"layers_partner_api": ROOT, "layers_partner": ROOT / "sdk" / "python"}
_SOURCE = "src"
# What building adds: the metadata, and the root's list of what git leaves out, also below it.
_ADDED = frozenset({"PKG-INFO", ".gitignore"})


def tracked_files(folder: Path) -> frozenset[str] | None:
    """Return what git tracks below a folder and is there; None if this is no checkout."""
    if not (ROOT / ".git").exists():
        return None
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - wherever it is, as in a shell
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return frozenset(name for name in listed.split("\0") if name and (folder / name).is_file())


def present_files(folder: Path) -> frozenset[str]:
    """Return what is below a folder, without what Python caches there."""
    return frozenset(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def files_of_wheel(path: Path) -> frozenset[str]:
    """Return the files of a wheel, without its metadata."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return frozenset(name for name in names if ".dist-info/" not in name)


def files_of_source(path: Path) -> frozenset[str]:
    """Return the files of a source distribution, without the folder that all are in."""
    with tarfile.open(path) as archive:
        names = [member.name.partition("/")[2] for member in archive if not member.isdir()]
    return frozenset(names)


def faults_of(folder: Path) -> Iterator[str]:
    """Yield a sentence for each archive that is not there once, and each file that is missing or too much in one."""
    for name, home in PACKAGES.items():
        tracked = tracked_files(home)
        here = tracked or frozenset(f"{_SOURCE}/{file}" for file in present_files(home / _SOURCE))
        modules = {
            file.removeprefix(f"{_SOURCE}/") for file in here if file.startswith(f"{_SOURCE}/")
        }
        wheels, sources = (sorted(folder.glob(f"{name}-*.{end}")) for end in ("whl", "tar.gz"))
        if (len(wheels), len(sources)) != (1, 1):
            yield f"There is not one wheel and one source distribution of {name} in {folder}."
            continue
        yield from _differences(wheels[0], files_of_wheel(wheels[0]), modules)
        if tracked is not None:
            packed = files_of_source(sources[0])
            yield from _differences(sources[0], packed - _ADDED, tracked - _ADDED)


def _differences(
    archive: Path, packed: frozenset[str], wanted: frozenset[str] | set[str]
) -> Iterator[str]:
    if not wanted:
        yield f"{archive.name} cannot be compared: there is no source beside it."
    for file in sorted(wanted - packed):
        yield f"{archive.name} lacks {file}."
    for file in sorted(packed - wanted):
        yield f"{archive.name} has {file}, which git does not track: add it, or remove it."


def main() -> int:
    """Print what is wrong, and return the status to end with."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m tools.distribution FOLDER\n")
        return 2
    faults = list(faults_of(Path(sys.argv[1])))
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if not faults:
        sys.stdout.write("Each has the files that belong in it, and no others:\n")
        for archive in sorted(Path(sys.argv[1]).iterdir()):
            digest = hashlib.sha256(archive.read_bytes()).hexdigest()
            sys.stdout.write(f"{digest}  {archive.name}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
