from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from partner_api.settings.variables import unknown_variables


def test_unknown_variables_are_named() -> None:
    environ = {"LAYERS_PROT": "1", "LAYERS_PORT": "2", "PORT": "3", "LAYERS_A": "", "layers_x": ""}
    assert unknown_variables(environ) == ["LAYERS_A", "LAYERS_PROT"]


def test_variables_of_the_client_libraries_are_not_taken_for_misspelt_ones() -> None:
    libraries = Path(__file__).parents[2] / "sdk"
    sources = chain(
        (libraries / "python/src").rglob("*.py"), (libraries / "typescript/src").rglob("*.ts")
    )
    found = {
        name for path in sources for name in re.findall(r'"(LAYERS_[A-Z_]+)"', path.read_text())
    }
    assert {"LAYERS_API_KEY", "LAYERS_BASE_URL"} <= found
    assert unknown_variables(dict.fromkeys(found, "x")) == []
