"""The house checks itself: every room has the same furniture, and nothing goes through a wall.

``TIDY=print make test PROCESSES=0 ARGS=tests/test_tidy.py`` prints the facts, each with its number.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from tests.support import tidiness
from tests.support.source import PRODUCT, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Check = Callable[[Source], Iterator[str]]

OF_THE_PRODUCT: Final[list[Check]] = [
    tidiness.other_furniture,
    tidiness.sql_elsewhere,
    tidiness.other_rooms_insides,
    tidiness.rows_elsewhere,
    tidiness.pages_at_the_database,
    tidiness.http_elsewhere,
    tidiness.traces_elsewhere,
    tidiness.import_circles,
    tidiness.long_files,
    tidiness.long_functions,
    tidiness.repeated_lines,
    tidiness.retired_names,
    tidiness.vague_docstrings,
]
OF_THE_TESTS: Final[list[Check]] = [
    tidiness.long_files,
    tidiness.late_first_tests,
    tidiness.vague_docstrings,
]


@pytest.fixture(scope="module")
def product() -> Source:
    return Source(PRODUCT)


@pytest.fixture(scope="module")
def suite() -> Source:
    return Source(Path(__file__).parent)


@pytest.mark.parametrize("check", OF_THE_PRODUCT)
def test_the_product_is_tidy(check: Check, product: Source) -> None:
    assert faults(check, product) == set(), check.__doc__


@pytest.mark.parametrize("check", OF_THE_TESTS)
def test_the_tests_are_tidy(check: Check, suite: Source) -> None:
    assert faults(check, suite) == set(), check.__doc__


# What each check finds when it is there, in modules of a product that has rooms `jobs` and `leases`.
FAULTS: Final[list[tuple[Check, str, str]]] = [
    (tidiness.other_furniture, "jobs/helpers.py", ""),
    (tidiness.other_furniture, "jobs/stores.py", ""),
    (tidiness.sql_elsewhere, "jobs/service.py", "X = 'SELECT * FROM jobs'"),
    (
        tidiness.sql_elsewhere,
        "jobs/routes.py",
        "async def f(c):\n    c.execute(f'DELETE FROM {c}')",
    ),
    (tidiness.sql_elsewhere, "app.py", "X = '''\n  WITH a AS (SELECT) SELECT'''"),
    (tidiness.other_rooms_insides, "jobs/routes.py", "from partner_api.leases import service"),
    (tidiness.other_rooms_insides, "jobs/routes.py", "import partner_api.leases.schemas"),
    (
        tidiness.other_rooms_insides,
        "clock.py",
        "def f():\n    from partner_api.leases.service import f",
    ),
    (tidiness.other_rooms_insides, "ops/jobs/routes.py", "from partner_api.leases import service"),
    (tidiness.rows_elsewhere, "jobs/routes.py", "from partner_api.database.connection import Row"),
    (tidiness.rows_elsewhere, "jobs/schemas.py", "import asyncpg\ndef f(row: asyncpg.Record): ..."),
    (tidiness.pages_at_the_database, "console/visit.py", "from partner_api.jobs import store"),
    (
        tidiness.pages_at_the_database,
        "portal/pages/jobs.py",
        "def f():\n    from partner_api.jobs.store import read_job, JobStatus",
    ),
    (
        tidiness.pages_at_the_database,
        "console/pages/jobs.py",
        "async def f(r):\n    async with r.services.pool.acquire() as c: ...",
    ),
    (tidiness.http_elsewhere, "jobs/routes.py", "from starlette.requests import Request"),
    (tidiness.http_elsewhere, "clock.py", "def f():\n    import uvicorn"),
    (tidiness.traces_elsewhere, "jobs/service.py", "def f():\n    from opentelemetry import trace"),
    (tidiness.traces_elsewhere, "clock.py", "from partner_api.tracing.export import Export"),
    (tidiness.import_circles, "jobs/store.py", "from partner_api.jobs import access"),
    (
        tidiness.import_circles,
        "jobs/store.py",
        "def f():\n    from partner_api.jobs.access import f",
    ),
    (tidiness.long_files, "jobs/service.py", "X = 1\n" * 301),
    (tidiness.long_files, "database/functions/10_long.sql", "SELECT 1;\n" * 301),
    (tidiness.long_functions, "jobs/service.py", "def f():\n" + "    pass\n" * 60),
    (tidiness.long_functions, "jobs/service.py", "def f():\n    X = '''" + "\n" * 60 + "'''"),
    (
        tidiness.long_functions,
        "database/functions/10_long.sql",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n" + "-- x\n" * 90 + "$$;",
    ),
    (tidiness.repeated_lines, "jobs/service.py", "def f(a):\n" + "    a += 1\n" * 16),
    (tidiness.retired_names, "jobs/service.py", "def f(works_until): ..."),
    (tidiness.vague_docstrings, "jobs/service.py", 'async def f():\n    """Gives all."""'),
]
# What no check minds.
RIGHT: Final[dict[str, str]] = {
    "app.py": "from partner_api.jobs import routes",
    "clock.py": "",
    "sweeps.py": "from partner_api.jobs import service",
    "console/session.py": "from partner_api.jobs import store\ndef f(r): r.services.pool",
    "console/pages/jobs.py": "from partner_api.jobs.store import JobStatus",
    "database/connection.py": "X = 'SELECT'",
    "edge/connections/server.py": "import uvicorn",
    "jobs/routes.py": "from partner_api.leases import store\nfrom partner_api.jobs import service",
    "jobs/child_routes.py": "",
    "jobs/schemas.py": "from partner_api.leases import schemas",
    "jobs/store.py": "import asyncpg\nX = 'SELECT 1'\ndef f() -> asyncpg.Record: ...",
    "jobs/operator_store.py": "",
    "jobs/service.py": '"""Select what is due, and\n\nSELECT it."""\ndef f():\n    """'
    + "\n" * 61
    + '"""',
    "jobs/access.py": "from partner_api.jobs import store",
    "leases/store.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from partner_api.jobs import store",
    "leases/schemas.py": "",
    "leases/service.py": "X = 'Select a lease'",
    "ops/jobs/routes.py": "from partner_api.jobs import service, schemas",
    "ops/leases/routes.py": "",
}


@pytest.mark.parametrize(("check", "path", "text"), FAULTS)
def test_what_is_untidy_is_found(check: Check, path: str, text: str, tmp_path: Path) -> None:
    assert list(check(written(tmp_path, RIGHT | {path: text})))


@pytest.mark.parametrize("check", OF_THE_PRODUCT)
def test_what_is_tidy_is_left_alone(check: Check, tmp_path: Path) -> None:
    assert list(check(written(tmp_path, RIGHT))) == []


def test_helpers_before_the_first_test_are_found(tmp_path: Path) -> None:
    for folder, helpers, faults in (("short", 100, []), ("long", 101, ["test_x"])):
        path = tmp_path / folder / "test_x.py"
        path.parent.mkdir()
        path.write_text("import os\n" + "X = os\n" * helpers + "def test_x(): ...")
        assert list(tidiness.late_first_tests(Source(path.parent))) == faults


def test_the_facts_are_printed_when_somebody_asks(
    product: Source, suite: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {
        "Rooms.": len(tidiness.rooms_of(product)),
        "Modules of the product.": len(product.modules),
        "Lines of the product.": product.count_lines(),
        **{str(check.__doc__): len(faults(check, product)) for check in OF_THE_PRODUCT},
        "Runs of 8 lines or more that stand in the product twice, with a reason.": len(
            tidiness.REPEATED
        ),
        **{f"Tests: {check.__doc__}": len(faults(check, suite)) for check in OF_THE_TESTS},
    }
    lines = [f"{number:>8,}  {fact.partition('.')[0]}" for fact, number in facts.items()]
    if os.environ.get("TIDY") == "print":
        with capsys.disabled():
            print("", *lines, sep="\n")
    else:
        print(*lines, sep="\n")
    assert facts["Rooms."] > 20


@functools.cache
def faults(check: Check, source: Source) -> frozenset[str]:
    """What a check finds."""
    return frozenset(check(source))


def written(folder: Path, files: dict[str, str]) -> Source:
    """The source of a product of these files, below ``partner_api``."""
    for name, text in files.items():
        path = folder / "partner_api" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        (path.parent / "__init__.py").touch()
    return Source(folder)
