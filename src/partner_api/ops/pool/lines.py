"""Reading pool accounts from a file, one line at a time."""

from __future__ import annotations

import csv
import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec

from partner_api.edge.validation import BodyShape
from partner_api.errors import ApiError, Issue, invalid, shorten
from partner_api.ops.pool.schemas import NewPoolAccount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CSV = "text/csv"
NDJSON = "application/x-ndjson"

# Empty ones count: a file of 64 MiB has room for so many that to skip them takes minutes.
MAX_LINES = 1_000_000
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


class Line(NamedTuple):
    """A line of a file: an account, or what is wrong with it."""

    number: int
    account: NewPoolAccount | None
    problem: str


Batch: TypeAlias = list[Line]


def read_batches(file: IO[bytes], media_type: str) -> Iterator[Batch]:
    """Read the accounts of a file in turn, without the header and empty lines.

    Of a CSV the first line names the columns, as the fields are named in JSON; the countries of
    ``geo`` have spaces or semicolons between them, and an empty cell is a field that is left out.
    A batch is no more than one may do between two looks at other requests.

    Raises:
        ApiError: VALIDATION, at the first line, when it is not the header of such a CSV; and at
            the line that is one too many.
    """
    lines = _split(file)
    columns = None if media_type == NDJSON else _read_header(*next(lines, (1, b"")))
    batch: Batch = []
    count = size = 0
    for number, text in lines:
        if number > MAX_LINES:
            raise invalid([Issue(f"line {number}", f"Expected at most {MAX_LINES:,} lines")])
        # What is empty or too long has cost something too.
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
    """Give lines with their numbers, None for one that is too long; empty ones are among them."""
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
        if column == "geo":
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
    """Split one row. A cell has no line breaks, so that each line stands for itself."""
    try:
        (cells,) = csv.reader([text.decode()], strict=True)
    except (UnicodeDecodeError, csv.Error):
        return None
    return [cell.strip() for cell in cells]
