"""Headers: those of answers, whose names have no case, and checks of those that are sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")
_IDEMPOTENCY_KEY: Final = re.compile(r"[\x20-\x7e]{1,255}")
# The library decides on these; some have an option.
_OWN: Final = {
    "authorization": "the key is given to the client",
    "connection": "the library looks after connections",
    "content-length": "the library counts",
    "host": "the address is given to the client",
    "idempotency-key": "use the option `idempotency_key`",
    "transfer-encoding": "the library decides on it",
    "x-layers-organization": "use the option `organization`",
}


class Headers(Mapping[str, str]):
    """Headers of an answer: ``headers["x-request-id"]``, in any case."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            values[key] = f"{values[key]}, {value}" if key in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"


def check_extra_headers(headers: Mapping[Any, Any]) -> Mapping[str, str]:
    """Check headers that a caller adds, and return them with names in lower case.

    Raises:
        ValueError: one cannot be sent, or is the library's own; its value is not in the text.
    """
    checked: dict[str, str] = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError("`extra_headers`: a name is not the name of a header.")
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise ValueError(f"`extra_headers`: the value of {name} must be printable ASCII.")
        if reason := _OWN.get(name.lower()):
            raise ValueError(f"`extra_headers`: {name} cannot be given there; {reason}.")
        checked[name.lower()] = value.strip()
    return checked


def check_idempotency_key(key: Any) -> str:
    """Return the key of a write.

    Raises:
        ValueError: the API does not take it.
    """
    if not isinstance(key, str) or not _IDEMPOTENCY_KEY.fullmatch(key) or key != key.strip():
        raise ValueError("`idempotency_key` must be 1 to 255 printable ASCII characters.")
    return str(key)
