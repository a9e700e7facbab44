"""All generated files: their text, formatted, and how they come to their place."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.sdk.python import write_python
from tools.sdk.reading import read
from tools.sdk.shapes import Json
from tools.sdk.typescript import write_typescript

_PYTHON = "python/src/layers_partner"
_TYPESCRIPT = "typescript/src"
# Everything in these is generated; what is not any more is removed.
FOLDERS = (
    f"{_PYTHON}/partner",
    f"{_PYTHON}/operator_api",
    f"{_TYPESCRIPT}/partner",
    f"{_TYPESCRIPT}/operator-api",
)
_PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def generate(document: Json) -> dict[str, str]:
    """Return the text of every generated file, by its path below ``sdk/``.

    Raises:
        CannotExpress: the document has something that the libraries cannot express.
    """
    python: dict[str, str] = {}
    typescript: dict[str, str] = {}
    for api in read(document):
        python |= {f"{_PYTHON}/{path}": text for path, text in write_python(api).items()}
        typescript |= {
            f"{_TYPESCRIPT}/{path}": text for path, text in write_typescript(api).items()
        }
    return _formatted(python) | typescript


def replace_files(sdk: Path, files: dict[str, str]) -> None:
    """Write files below a folder, and remove those that were generated earlier and are not among them."""
    for folder in FOLDERS:
        for path in sorted((sdk / folder).rglob("*")):
            if path.suffix in (".py", ".ts") and str(path.relative_to(sdk)) not in files:
                path.unlink()
    for name, text in files.items():
        path = sdk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def _formatted(files: dict[str, str]) -> dict[str, str]:
    """Return modules of Python as `ruff format` writes them, in one run of it."""
    with tempfile.TemporaryDirectory() as folder:
        replace_files(Path(folder), files)
        ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache"]
        subprocess.run([*ruff, "--config", str(_PYPROJECT), folder], check=True)
        return {name: (Path(folder) / name).read_text() for name in files}
