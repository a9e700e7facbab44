"""Importing accounts into the pool: a file is read line by line, and added in one transaction and little memory."""

from __future__ import annotations

import asyncio
import csv
import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from partner_api.account_pool import store
from partner_api.edge.request.validation import BodyShape
from partner_api.errors import ApiError, Issue, invalid, shorten
from partner_api.ids import new_uuid7
from partner_api.ops.pool.schemas import ImportProblem, NewPoolAccount, PoolImport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from partner_api.database.connection import Connection
    from partner_api.edge.request.uploads import Upload

CSV = "text/csv"
NDJSON = "application/x-ndjson"

# Empty lines count: a file of 64 MiB has room for so many that skipping them takes minutes.
MAX_LINES = 1_000_000
MAX_PROBLEMS = 1000
_MAX_LINE_BYTES = 16 * 1024
_BATCH_LINES = 1_000
_BATCH_BYTES = 64 * 1024
_MAX_PROBLEM_CHARACTERS = 500
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SHAPE = BodyShape(NewPoolAccount)
_FIELDS = {field.encode_name: field for field in msgspec.structs.fields(NewPoolAccount)}
# There is one platform, so a table need not name it in every row.
_PLATFORM = "platform"
_REQUIRED = {name for name, field in _FIELDS.items() if field.required} - {_PLATFORM}
_NUMBERS = {"followers", "monthlyPriceCents"}
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")
# The last bits of an id are the number of its line, so an id says which line has a handle.
_LINE_BITS = 32


class Line(NamedTuple):
    """A line of a file: an account, or what is wrong with it."""

    number: int
    account: NewPoolAccount | None
    problem: str


Batch: TypeAlias = list[Line]


class _NothingAdded(Exception):
    """Rolls back what an import has added."""


class PoolImporter:
    """One import. The ids that it gives are in the order of the lines."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._base = new_uuid7(now).int >> _LINE_BITS << _LINE_BITS
        self._lines = 0
        self._rejected = 0
        self._problems: list[ImportProblem] = []

    async def run(self, upload: Upload, *, all_or_nothing: bool) -> PoolImport:
        """Add the accounts of a file, without those that have a problem.

        Args:
            upload: the file.
            all_or_nothing: whether one problem means that no account is added.

        Raises:
            ApiError: VALIDATION: a CSV does not begin with a header, or there are too many lines.
        """
        added = 0
        try:
            async with self._connection.transaction():
                await self._add_all(upload)
                if all_or_nothing and self._rejected:
                    raise _NothingAdded
                added = self._lines - self._rejected
        except _NothingAdded:
            pass
        return PoolImport(
            lines=self._lines, added=added, rejected=self._rejected, errors=self._problems
        )

    async def _add_all(self, upload: Upload) -> None:
        # From the start, also if the transaction is retried.
        upload.file.seek(0)
        for batch in read_batches(upload.file, upload.media_type):
            await self._add(batch)
            # Let other requests run, even if no line of many is an account.
            await asyncio.sleep(0)

    async def _add(self, batch: Sequence[Line]) -> None:
        accounts = [self._account_of(line) for line in batch if line.account is not None]
        taken: dict[str, UUID] = {}
        if accounts:
            taken = await store.insert_accounts(self._connection, self._now, accounts)
        self._lines += len(batch)
        for line in batch:
            problem = line.problem
            if line.account is not None and line.account.handle in taken:
                problem = self._who_has_it(line, taken[line.account.handle])
            if problem:
                self._rejected += 1
                if len(self._problems) < MAX_PROBLEMS:
                    self._problems.append(ImportProblem(line.number, problem))

    def _account_of(self, line: Line) -> store.ImportedAccount:
        account = line.account
        assert account is not None  # noqa: S101 - asked of lines with one
        return store.ImportedAccount(
            UUID(int=self._base + line.number),
            account.platform,
            account.handle,
            account.followers,
            account.vertical,
            account.language,
            " ".join(account.geo),
            account.monthly_price_cents,
            account.avatar_url,
        )

    def _who_has_it(self, line: Line, owner: UUID) -> str:
        number = owner.int - self._base
        if number == line.number:
            return ""
        if 0 < number < line.number:
            return f"handle: Line {number} has it already"
        return "handle: The pool has it already"


def read_batches(file: IO[bytes], media_type: str) -> Iterator[Batch]:
    """Yield the accounts of a file in batches, without the header and empty lines.

    The first line of a CSV names the columns, as the fields are named in JSON; the countries of
    ``geo`` have spaces or semicolons between them, a handle may have an @ before it, and an empty cell is a field that
    is left out.
    A batch is small enough that other requests do not wait long for it.

    Raises:
        ApiError: VALIDATION: the first line of a CSV is not such a header, or there are too many
            lines.
    """
    lines = _split(file)
    columns = None if media_type == NDJSON else _read_header(*next(lines, (1, b"")))
    batch: Batch = []
    count = size = 0
    for number, text in lines:
        if number > MAX_LINES:
            raise invalid([Issue(f"line {number}", f"Expected at most {MAX_LINES:,} lines")])
        # Empty lines and lines that are too long take time too.
        count += 1
        size += _MAX_LINE_BYTES if text is None else len(text)
        if text is None:
            batch.append(Line(number, None, f"The line is longer than {_MAX_LINE_BYTES} bytes"))
        elif text:
            batch.append(_line(number, text) if columns is None else _row(number, text, columns))
        if count >= _BATCH_LINES or size >= _BATCH_BYTES:
            yield batch
            batch, count, size = [], 0, 0
    yield batch


def _split(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield every line with its number, empty ones included; None for one that is too long."""
    number = 0
    while chunk := file.readline(_MAX_LINE_BYTES + 1):
        number += 1
        if len(chunk) > _MAX_LINE_BYTES:
            while chunk and not chunk.endswith(b"\n"):
                chunk = file.readline(_MAX_LINE_BYTES)
            yield number, None
            continue
        if number == 1:
            chunk = chunk.removeprefix(_BYTE_ORDER_MARK)
        yield number, chunk.strip()


def _line(number: int, text: bytes) -> Line:
    try:
        return Line(number, _SHAPE.decode(text), "")
    except ApiError as error:
        if error.status != 422:
            return Line(number, None, "The line is not a JSON object in UTF-8")
        issues: Sequence[Issue] = (error.details or {})["issues"]
        problem = "; ".join(
            f"{issue.path}: {issue.message}" if issue.path else issue.message for issue in issues
        )
        return Line(number, None, shorten(problem, _MAX_PROBLEM_CHARACTERS))


def _row(number: int, text: bytes, columns: Sequence[str]) -> Line:
    cells = _cells(text)
    if cells is None:
        return Line(number, None, "The line is not a row of a CSV in UTF-8, with commas")
    if len(cells) != len(columns):
        return Line(
            number, None, f"Expected {len(columns)} cells, as in the header, found {len(cells)}"
        )
    fields: dict[str, Any] = {_PLATFORM: "tiktok"}
    for column, cell in zip(columns, cells, strict=True):
        if column == "handle":
            # As people write it, and as the platform shows it.
            fields[column] = cell.removeprefix("@")
        elif column == "geo":
            fields[column] = cell.replace(";", " ").split()
        elif column in _NUMBERS and _WHOLE_NUMBER.fullmatch(cell):
            fields[column] = int(cell)
        elif cell:
            fields[column] = cell
    return _line(number, msgspec.json.encode(fields))


def _read_header(number: int, text: bytes | None) -> list[str]:
    columns = (None if text is None else _cells(text)) or []
    issues = []
    if missing := sorted(_REQUIRED - set(columns)):
        issues.append(Issue(f"line {number}", f"The header lacks {', '.join(missing)}"))
    elif unknown := sorted(set(columns) - _FIELDS.keys()):
        issues.append(
            Issue(f"line {number}", f"The header has unknown columns: {', '.join(unknown)}")
        )
    elif len(set(columns)) < len(columns):
        issues.append(Issue(f"line {number}", "The header has a column twice"))
    if issues:
        raise invalid(issues)
    return columns


def _cells(text: bytes) -> list[str] | None:
    """Split one row; None if it is none. A cell has no line breaks, so that each line is a row."""
    try:
        (cells,) = csv.reader([text.decode()], strict=True)
    except (UnicodeDecodeError, csv.Error):
        return None
    return [cell.strip() for cell in cells]
