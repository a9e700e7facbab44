"""Databases that are empty, or of an earlier or later version."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.database.revisions import FUNCTION, NEWEST, forget
from tests.support.databases import DatabaseUrls, make_database

from partner_api.database import grants, version
from partner_api.database.connection import connect

if TYPE_CHECKING:
    from partner_api.database.connection import Connection


REVISION = f"""
from partner_api.database.schema.sql_file import run_sql_beside

revision = "9999"
down_revision = "{NEWEST}"


def upgrade() -> None:
    run_sql_beside(__file__)
"""


@pytest.fixture
def empty(database_urls: DatabaseUrls) -> Iterator[DatabaseUrls]:
    with make_database(database_urls, migrated=False) as urls:
        yield urls


@pytest_asyncio.fixture
async def owner(empty: DatabaseUrls) -> AsyncIterator[Connection]:
    connection = await connect(empty.owner)
    yield connection
    await connection.close()


@pytest.fixture
def another_version() -> Iterator[None]:
    """For tests that change what this version has; afterwards it is what it was."""
    forget()
    yield
    forget()


@pytest.fixture
def version_at(
    another_version: None, tmp_path: Path
) -> Callable[[str], AbstractContextManager[None]]:
    """Pretend that this version is one whose newest revision is an earlier one, while a block runs."""
    with resources.as_file(resources.files("partner_api.database") / "schema") as installed:
        shutil.copytree(installed, tmp_path / "earlier")

    functions = version.function_files()

    @contextmanager
    def at(revision: str) -> Iterator[None]:
        later_types: set[str] = set()
        later_tables: set[str] = set()
        for file in (tmp_path / "earlier" / "versions").glob("[0-9]*"):
            if file.name.partition("_")[0] > revision:
                later_types |= set(re.findall(r"CREATE TYPE (\w+)", file.read_text()))
                later_tables |= set(re.findall(r"CREATE TABLE (\w+)", file.read_text()))
                file.unlink()
        # Functions that take or return what came later came later too.
        takes_later = re.compile(rf"\b({'|'.join(later_types) or '(?!)'})\b")
        rows = "|".join(later_tables) or "(?!)"
        takes_row = re.compile(
            rf"FUNCTION \w+\([^)]*(\bp_\w+ ({rows})\b|\)\s+RETURNS (SETOF )?({rows})\b)"
        )
        files = [
            (
                name,
                FUNCTION.sub(
                    lambda one: (
                        "" if takes_later.search(one[0]) or takes_row.search(one[0]) else one[0]
                    ),
                    text,
                ),
            )
            for name, text in functions
        ]
        # The driver takes no text without a statement.
        files = [file for file in files if re.sub(r"--[^\n]*", "", file[1]).strip()]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(version, "schema_folder", lambda: tmp_path / "earlier")
            patch.setattr(version, "function_files", lambda: files)
            patch.setattr(
                grants,
                "_WRITABLE",
                [table for table in grants._WRITABLE if table not in later_tables],
            )
            forget()
            yield
        forget()

    return at


@pytest.fixture
def add_revision(
    another_version: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Add one more revision to this version, which runs some SQL."""
    folder = tmp_path / "schema"
    with resources.as_file(resources.files("partner_api.database") / "schema") as installed:
        shutil.copytree(installed, folder)
    monkeypatch.setattr(version, "schema_folder", lambda: folder)

    def add(script: str) -> None:
        (folder / "versions" / "9999_more.py").write_text(REVISION)
        (folder / "versions" / "9999_more.sql").write_text(script)
        forget()

    return add


@pytest.fixture
def add_function(another_version: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Add another function to this version."""
    files = version.function_files()

    def add(definition: str) -> None:
        monkeypatch.setattr(version, "function_files", lambda: [*files, ("99.sql", definition)])
        forget()

    return add
