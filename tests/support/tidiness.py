"""What is checked of the source as a whole: the same furniture in every room, and walls that nothing goes through.

Each check returns the faults that it finds, and its docstring says what it counts. `tests/test_tidy.py` runs them.
"""

from __future__ import annotations

import ast
import functools
import re
from itertools import combinations
from typing import TYPE_CHECKING

from tests.support.repetition import repetitions
from tests.support.source import Source, circles, sql_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

# A room is a package with a store or routes: one thing that partners or operators know.
FURNITURE = re.compile(r"(\w+_)?(routes|schemas|store|access|service)")
# These have stores or routes too, and are no rooms: what they do concerns all rooms, or none.
NO_ROOMS = {
    "partner_api.console",
    "partner_api.database",
    "partner_api.edge.idempotency",
    "partner_api.edge.identity",
    "partner_api.health",
    "partner_api.portal",
    "partner_api.reconciliation",
    "partner_api.reference",
    "partner_api.rehearsal",
    "partner_api.simulation",
    "partner_api.storage",
}
# What another room may import.
OPEN_TO_ALL = re.compile(r"(\w+_)?(store|access)")
# These put the rooms together, or act for a person or for the time, so they may import any part of a room.
ABOVE_THE_ROOMS = {"app", "commands", "console", "demo", "mcp", "portal", "services", "sweeps"}
# The operator's side of a room, where the names differ.
OPERATORS_SIDE = {"assets": "content", "pool": "account_pool", "renewals": "leases"}

SQL = re.compile(
    r"\s*(SELECT\b|INSERT INTO\b|UPDATE \w+ SET\b|DELETE FROM\b|WITH \w+ AS\b|LOCK TABLE\b"
    r"|(CREATE|ALTER|DROP|TRUNCATE) [A-Z]{4,}|(NOTIFY|LISTEN)\b(?! ?[a-z]))"
)
SQL_PLACES = re.compile(r"embedded_postgres\..*|partner_api\.database(\..*)?|.*\.(\w+_)?store")
# The names by which rows of the driver are known.
ROWS = {"Record", "Row"}
# What shows pages asks the API, and only sessions are its own.
PAGES = re.compile(r"partner_api\.(console|portal)\.(?!session$).*")
OF_THE_DATABASE = re.compile(r"partner_api\.database(\..*)?|asyncpg|.*\.(\w+_)?store")
# A type or a constant, such as the words of a status: what does something has a name in small letters.
NO_FUNCTION = re.compile(r"[A-Z]\w*")
# Libraries that speak HTTP with clients, and frameworks that would.
HTTP_LIBRARIES = {"h11", "httptools", "litestar", "starlette", "uvicorn"}
HTTP_PLACES = re.compile(r"partner_api\.edge(\..*)?")

MOST_LINES = 300
MOST_LINES_OF_TESTS = 400
MOST_LINES_OF_A_FUNCTION = 60
MOST_LINES_OF_AN_SQL_FUNCTION = 90
MOST_LINES_BEFORE_THE_FIRST_TEST = 100
REPETITION_LINES = 8
# The schema that every database begins with: one file on purpose, and it does not change any more.
LONG_FILES = {"partner_api/database/schema/versions/0001_foundation.sql"}
# Runs of lines that stand twice, with the reason.
SQL_FUNCTIONS = "partner_api/database/functions"
REPEATED = {
    ("partner_api/commands/ops/cash.py", "partner_api/commands/ops/credits.py"): (
        "the end of a list of columns and the head of a command, whose parameters are its options"
    ),
    ("partner_api/api_keys/child_routes.py", "partner_api/ops/api_keys/routes.py"): (
        "one call with a named argument on each line"
    ),
    ("partner_api/projects/schemas.py", "partner_api/projects/store.py"): (
        "the columns of a project, which are its fields on the wire"
    ),
    (f"{SQL_FUNCTIONS}/31_job_ends.sql", f"{SQL_FUNCTIONS}/31_job_ends.sql"): (
        "the declarations of two functions that lock the same rows"
    ),
    **{
        (f"{SQL_FUNCTIONS}/{one}.sql", f"{SQL_FUNCTIONS}/{other}.sql"): (
            "how each batch that ends jobs begins: its settings, its locks, and where it is cut"
        )
        for one, other in combinations(
            ("33_results", "35_failures", "36_other_ends", "39_heartbeats"), 2
        )
    },
    (f"{SQL_FUNCTIONS}/40_cash.sql", f"{SQL_FUNCTIONS}/40_cash.sql"): (
        "how money functions begin: the kept outcome, then the lock of the wallet"
    ),
    (f"{SQL_FUNCTIONS}/43_lease_requests.sql", f"{SQL_FUNCTIONS}/43_lease_requests.sql"): (
        "how each answer to a request begins: its lock, and that it has none yet"
    ),
}
# Names that were given up for better ones; docs/glossary.md has the words of the product.
RETIRED_NAMES = re.compile(
    r"\b(Patience|nursery|wallet_rolled|wallet_at|Setter|Standing|_pulse"
    r"|works_until|shared_numbers|settings_forms|other_operations|list_any_jobs|rendering_worker"
    r"|partner_api\.(?:leasing|generation))\b"
)
# First words of a docstring for which there are better ones: return, create, check, refund, …
VAGUE_FIRST_WORDS = re.compile(r"(Gives?|Tells?|Makes?)\b")
# The database's history keeps its names: revisions, and functions for servers of the release before.
HISTORY = re.compile(r"/schema/versions/|/functions/\d*_?(retired|previous_release)\w*\.sql$")


def room_of(source: Source, module: str) -> str | None:
    """Return the room that a module belongs to, if it belongs to one."""
    is_package = module in source.modules and source.modules[module].is_package
    package = module if is_package else module.rpartition(".")[0]
    return package if package in rooms_of(source) else None


@functools.cache
def rooms_of(source: Source) -> frozenset[str]:
    """Return the names of all rooms."""
    kinds = re.compile(r"(\w+_)?(store|routes)")
    return (
        frozenset(
            name.rpartition(".")[0]
            for name, module in source.modules.items()
            if name.count(".") > 1 and kinds.fullmatch(module.stem)
        )
        - NO_ROOMS
    )


def other_furniture(source: Source) -> Iterator[str]:
    """Modules in rooms that are no furniture."""
    for name, module in source.modules.items():
        if room_of(source, name) and not module.is_package and not FURNITURE.fullmatch(module.stem):
            yield name


def sql_elsewhere(source: Source) -> Iterator[str]:
    """Statements of SQL outside stores and ``database/``."""
    for name, module in source.modules.items():
        if SQL_PLACES.fullmatch(name):
            continue
        docstrings = module.docstring_lines
        for node in module.nodes:
            match node:
                case ast.Constant(value=str(text)) if SQL.match(text):
                    if node.lineno not in docstrings:
                        yield f"{name} {' '.join(text.split())[:40]}"


def other_rooms_insides(source: Source) -> Iterator[str]:
    """Imports of what is in another room, but for its stores and its access.

    Schemas may import schemas, because things show each other. The operator's side of a thing may import all of it.
    """
    for name, imports in source.imports.items():
        here = room_of(source, name)
        if name.split(".")[1:2] and name.split(".")[1] in ABOVE_THE_ROOMS:
            continue
        for imported in imports:
            there = room_of(source, imported.target)
            stem = imported.target.rpartition(".")[2]
            are_schemas = name.endswith("schemas") and stem.endswith("schemas")
            if (
                there not in (None, here, _own_side(here))
                and not OPEN_TO_ALL.fullmatch(stem)
                and not are_schemas
            ):
                yield f"{name} -> {imported.target}"


def _own_side(room: str | None) -> str:
    """The room of which this is the operator's side."""
    noun = (room or "").removeprefix("partner_api.ops.")
    return f"partner_api.{OPERATORS_SIDE.get(noun, noun)}"


def rows_elsewhere(source: Source) -> Iterator[str]:
    """Modules outside stores and ``database/`` that name rows of the driver, where a Struct should be."""
    for name, module in source.modules.items():
        if SQL_PLACES.fullmatch(name):
            continue
        named = {attribute for one in source.imports[name] for attribute in one.names}
        attributes = {node.attr for node in module.nodes if isinstance(node, ast.Attribute)}
        if ROWS & named or "Record" in attributes:
            yield name


def pages_at_the_database(source: Source) -> Iterator[str]:
    """Pages that ask the database and not the API; types and constants of a store do not count.

    Scope, validation, audit and idempotency are the API's, so whatever goes past it goes without them.
    """
    for name, module in source.modules.items():
        if not PAGES.fullmatch(name):
            continue
        for one in source.imports[name]:
            is_type = bool(one.names) and all(NO_FUNCTION.fullmatch(each) for each in one.names)
            if OF_THE_DATABASE.fullmatch(one.target) and not one.is_typing_only and not is_type:
                yield f"{name} -> {'.'.join((one.target, *one.names))}"
        attributes = {node.attr for node in module.nodes if isinstance(node, ast.Attribute)}
        yield from (f"{name} .{used}" for used in {"pool", "pools", "connection"} & attributes)


def http_elsewhere(source: Source) -> Iterator[str]:
    """Modules outside the edge that import what speaks HTTP with clients."""
    for name, imports in source.imports.items():
        roots = {one.target.partition(".")[0] for one in imports}
        if roots & HTTP_LIBRARIES and not HTTP_PLACES.fullmatch(name):
            yield name


def import_circles(source: Source) -> Iterator[str]:
    """Import circles of modules, inside functions too; what only types need does not count."""
    arrows = {
        name: {
            one.target for one in imports if not one.is_typing_only and one.target in source.modules
        }
        for name, imports in source.imports.items()
    }
    yield from (" <-> ".join(circle) for circle in circles(arrows))


def long_files(source: Source) -> Iterator[str]:
    """Files of more than 300 lines, of tests 400; all files of the product count."""
    most = MOST_LINES_OF_TESTS if source.folder.name == "tests" else MOST_LINES
    for path in source.files(".py", ".sql"):
        if len(path.read_text().splitlines()) > most and source.place(path) not in LONG_FILES:
            yield source.place(path)


def long_functions(source: Source) -> Iterator[str]:
    """Functions of more than 60 lines, of SQL 90; a docstring does not count."""
    for name, module in source.modules.items():
        yield from (
            f"{name}.{function.name}"
            for function in module.functions()
            if function.lines > MOST_LINES_OF_A_FUNCTION
        )
    for path in source.files(".sql"):
        yield from (
            f"{source.place(path)} {function.name}"
            for function in sql_functions(path.read_text())
            if function.lines > MOST_LINES_OF_AN_SQL_FUNCTION
        )


def repeated_lines(source: Source) -> Iterator[str]:
    """Runs of 8 lines or more that stand in the product twice, without a reason that is listed."""
    for found in repetitions(source, REPETITION_LINES):
        places = source.place(found.one), source.place(found.other)
        # A revision keeps what the functions of its time were.
        is_history = any(map(HISTORY.search, map("/{}".format, places)))
        if places not in REPEATED and not is_history:
            first = found.one.read_text().splitlines()[found.one_line - 1].strip()
            yield f"{' and '.join(places)}: {found.length} lines from {first[:20]!r}"


def retired_names(source: Source) -> Iterator[str]:
    """Retired names, outside the database's history."""
    for path in source.files(".py", ".sql"):
        if not HISTORY.search(path.as_posix()):
            names = sorted(set(RETIRED_NAMES.findall(path.read_text())))
            yield from (f"{source.place(path)} {name}" for name in names)


def vague_docstrings(source: Source) -> Iterator[str]:
    """Docstrings of functions that begin with give, tell or make."""
    for name, module in source.modules.items():
        for node in module.nodes:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    if VAGUE_FIRST_WORDS.match(ast.get_docstring(node) or ""):
                        yield f"{name}.{node.name}"


def late_first_tests(source: Source) -> Iterator[str]:
    """Modules of tests with more than a hundred lines of helpers before the first test."""
    for name, module in source.modules.items():
        body = module.tree.body
        firsts = [node for node in body if getattr(node, "name", "").lower().startswith("test")]
        if not module.stem.startswith("test_") or not firsts:
            continue
        heads = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom | ast.If)]
        begin = max((node.end_lineno or 0) for node in heads)
        if firsts[0].lineno - begin - 1 > MOST_LINES_BEFORE_THE_FIRST_TEST:
            yield name
