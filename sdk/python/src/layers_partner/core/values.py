"""Values of Python, written as the API takes them: paths, queries and bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from layers_partner.options import NotGiven

_NO_SEGMENTS: Final = frozenset({"", ".", ".."})
# What a path that a caller writes may hold as it is; the rest is escaped.
_SAFE: Final = "/%:@!$&'()*+,;=~"


def timestamp(value: datetime) -> str:
    """Write a time as the API takes it: RFC 3339 in UTC, with milliseconds; what is smaller is cut off.

    Raises:
        ValueError: it does not say its time zone, or is out of range.
    """
    if value.utcoffset() is None:
        raise ValueError(
            "A datetime has no time zone, so it names no point in time; write datetime(…, tzinfo=UTC)."
        )
    try:
        text = value.astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError:
        raise ValueError("A datetime is out of range in UTC.") from None
    return text.replace("+00:00", "Z")


def path_of(template: str, parameters: Mapping[str, object]) -> str:
    """Fill the parameters into a path, so that no value becomes another path.

    Raises:
        ValueError: a value is no part of a path: empty, or dots.
        TypeError: a value is neither text nor a whole number.
    """
    path = template
    for name, given in parameters.items():
        is_number = isinstance(given, int) and not isinstance(given, bool)
        value = str(given) if is_number else given
        if not isinstance(value, str):
            raise TypeError(f"`{_argument(name)}` must be a str, not {type(value).__name__}.")
        if value in _NO_SEGMENTS:
            raise ValueError(
                f"`{_argument(name)}` must be an id, not {value!r}. Is a variable not set?"
            )
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def _argument(name: str) -> str:
    """Return the name that a caller knows a parameter by."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def checked_path(path: str) -> str:
    """Return the path that a caller wrote, if it is one below the server's address.

    Raises:
        ValueError: it is not: an address, or one that leads elsewhere.
    """
    bare, _, query = path.partition("?")
    if not bare.startswith("/") or bare.startswith("//"):
        raise ValueError("The path must begin with one slash, such as /v1/whoami; no address.")
    if "#" in path or "\\" in path or not path.isprintable() or " " in path:
        raise ValueError("The path must not hold white space, a backslash or a fragment.")
    if {".", ".."} & set(bare.lower().replace("%2e", ".").split("/")):
        raise ValueError("The path must be in its plain form, without dots between slashes.")
    return quote(bare, safe=_SAFE) + (f"?{query}" if query else "")


def query_of(parameters: Mapping[str, object]) -> str:
    """Write a query; a list repeats its parameter, and what is None or not given is left out.

    Raises:
        ValueError: a time has no time zone.
        TypeError: a value cannot be written.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if value is None or isinstance(value, NotGiven):
            continue
        if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
            pairs += [(name, text_of(name, item)) for item in value]
        else:
            pairs.append((name, text_of(name, value)))
    return urlencode(pairs)


def text_of(name: str, value: object) -> str:
    """Write one value of a query or a header.

    Raises:
        ValueError: a time has no time zone.
        TypeError: it cannot be written.
    """
    match value:
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case datetime():
            return timestamp(value)
    raise TypeError(f"{name} cannot be a {type(value).__name__}.")


def body_of(fields: object) -> bytes:
    """Write a body of JSON; fields of an object that are not given are left out.

    Raises:
        ValueError: a time has no time zone, or a number is not finite.
        TypeError: a value cannot be written.
    """
    if isinstance(fields, Mapping):
        fields = {name: value for name, value in fields.items() if not isinstance(value, NotGiven)}
    text = json.dumps(
        fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
    )
    return text.encode()


def _plain(value: object) -> Any:
    match value:
        case datetime():
            return timestamp(value)
        case Mapping():
            return dict(value)
        case Sequence() | Set() if not isinstance(value, bytes | bytearray | memoryview):
            return list(value)
    raise TypeError(f"A {type(value).__name__} cannot be written as JSON.")
