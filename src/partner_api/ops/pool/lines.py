"""Reading pool accounts from a file, one line at a time."""

from __future__ import annotations

import csv
import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import msgspec

from partner_api.edge.validation import BodyShape
from partner_api.errors import ApiError, Issue, invalid
from partner_api.ops.pool.schemas import NewPoolAccount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CSV = "text/csv"
NDJSON = "application/x-ndjson"

_MAX_LINE_BYTES = 16 * 1024
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


def read_lines(file: IO[bytes], media_type: str) -> Iterator[Line]:
    """Give the accounts of a file in turn, without the header and empty lines.

    Of a CSV the first line names the columns, as the fields are named in JSON; the countries of
    ``geo`` have spaces or semicolons between them, and an empty cell is a field that is left out.

    Raises:
        ApiError: VALIDATION, at the first line, when it is not the header of such a CSV.
    """
    lines = _split(file)
    if media_type == NDJSON:
        for number, text in lines:
            yield _line(number, text)
        return
    number, header = next(lines, (1, b""))
    columns = _read_header(number, header)
    for number, text in lines:
        yield _row(number, text, columns)


def _split(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Give lines with their numbers, None for one that is too long."""
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
        if text := chunk.strip():
            yield number, text


def _line(number: int, text: bytes | None) -> Line:
    if text is None:
        return Line(number, None, f"The line is longer than {_MAX_LINE_BYTES} bytes")
    try:
        return Line(number, _SHAPE.decode(text), "")
    except ApiError as error:
        if error.status != 422:
            return Line(number, None, "The line is not a JSON object in UTF-8")
        issues: Sequence[Issue] = (error.details or {})["issues"]
        return Line(
            number,
            None,
            "; ".join(
                f"{issue.path}: {issue.message}" if issue.path else issue.message
                for issue in issues
            ),
        )


def _row(number: int, text: bytes | None, columns: Sequence[str]) -> Line:
    if text is None:
        return _line(number, None)
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
