"""What browsers send of a form, and of the query of an address."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from partner_api.errors import Issue, invalid

_MOST_FIELDS: Final = 1_000


def parse_form(text: bytes) -> dict[str, list[str]]:
    """Read a query string or the body of a form.

    Raises:
        ApiError: VALIDATION.
    """
    try:
        fields = parse_qs(
            text.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError:
        raise invalid([Issue("", "Expected a form of this site")]) from None
    return {name: [text_of_field(value) for value in values] for name, values in fields.items()}


def text_of_field(sent: str) -> str:
    """Return the text of a field as it was filled in: browsers send a line break as CR LF, whatever was typed.

    Raises:
        ApiError: VALIDATION: no database keeps it.
    """
    if "\0" in sent:
        raise invalid([Issue("", "Text cannot contain U+0000")])
    return sent.replace("\r\n", "\n")
