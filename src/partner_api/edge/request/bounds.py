"""Bounds of values that an annotation of msgspec cannot express, and those that it can.

What a client may send is bounded before it is looked at: a list by its length, an object without
fixed fields by its keys or its size. So the work for a body never follows from its 256 KiB, but
from what its schema allows.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Protocol, get_args, get_origin

import msgspec

from partner_api.edge.request.json_text import join_path
from partner_api.errors import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOO_GREAT = "Expected a number that fits a double-precision one"
_MAX_NUMBER = int(sys.float_info.max)
# The least JSON of a value, with the comma behind it.
_BYTES_A_VALUE = 2


class Bound(Protocol):
    """Limits of an object without fixed fields, given as ``Meta(extra={"bound": …})``."""

    @property
    def most_values(self) -> int:
        """How many values there are in the largest that fits."""

    def too_large(self, value: dict[str, Any], path: str) -> Issue | None:
        """Check the size, before anything looks at what is in it."""

    def issues(self, value: dict[str, Any], path: str) -> list[Issue]:
        """List what else is over the limits; its size and its types are right."""


class JsonBound:
    """Any JSON object up to a size in bytes, and with at most so many values, names included."""

    def __init__(self, max_bytes: int, max_values: int | None = None) -> None:
        if max_bytes % 1024:
            raise ValueError("the limit is said in KiB")
        self._max_bytes = max_bytes
        self._max_values = max_values or max_bytes // _BYTES_A_VALUE

    @property
    def most_values(self) -> int:
        """As many as there is room for, or as may be."""
        return self._max_values

    def too_large(self, value: dict[str, Any], path: str) -> Issue | None:
        """Check the size of its JSON, then how much is in it."""
        size = len(msgspec.json.encode(value))
        problem = f"Expected at most {self._max_bytes // 1024} KiB of JSON"
        if size > self._max_bytes:
            return Issue(path, problem)
        if _count_values(value) > self._max_values:
            return Issue(path, f"Expected at most {self._max_values} names and values in it")
        if size + _growth(value) > self._max_bytes:
            return Issue(path, f"{problem}, with its numbers written without exponents")
        return None

    def issues(self, value: dict[str, Any], path: str) -> list[Issue]:
        """Find the numbers that most readers of JSON could not hold."""
        found: list[Issue] = []
        waiting: list[tuple[Any, str]] = [(value, path)]
        while waiting:
            inner, path = waiting.pop()
            if isinstance(inner, dict):
                waiting += [(item, join_path(path, name)) for name, item in inner.items()][::-1]
            elif isinstance(inner, list):
                waiting += [(item, f"{path}[{index}]") for index, item in enumerate(inner)][::-1]
            elif isinstance(inner, int) and abs(inner) > _MAX_NUMBER:
                found.append(Issue(path, _TOO_GREAT))
        return found


def _count_values(value: dict[str, Any]) -> int:
    """Count the names and values in an object, at every depth."""
    return sum(
        2 * len(inner) if isinstance(inner, dict) else len(inner)
        for inner in _inside(value)
        if isinstance(inner, dict | list)
    )


def _growth(value: dict[str, Any]) -> int:
    """Return by how many characters an object gets longer when it is kept: PostgreSQL writes 1e300 in full."""
    texts = (
        msgspec.json.encode(inner).decode() for inner in _inside(value) if isinstance(inner, float)
    )
    return sum(len(f"{Decimal(text):f}") - len(text) for text in texts if "e" in text)


def _inside(value: dict[str, Any]) -> Iterator[Any]:
    """Yield an object and what is in it, at every depth, without its names."""
    waiting: list[Any] = [value]
    while waiting:
        inner = waiting.pop()
        yield inner
        if isinstance(inner, dict):
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner


class InAll(msgspec.Struct, frozen=True):
    """A limit on what the items of a list hold together, given as ``Meta(extra={"in_all": …})`` on the list."""

    field: str
    """Of each item, by its name on the wire; it holds a list."""
    most: int
    """Elements of those lists, all of them together."""

    def problem(self, items: list[Any], path: str) -> Issue | None:
        """Count, without a look at what is counted."""
        lists = [item.get(self.field) for item in items if isinstance(item, dict)]
        if sum(len(held) for held in lists if isinstance(held, list)) > self.most:
            return Issue(path, f"Expected at most {self.most} {self.field} in all of them")
        return None


def in_all_of(field_type: Any) -> InAll | None:
    """Return the limit of this kind that is annotated on a type, without null and unset."""
    for meta in metas_of(field_type):
        if meta.extra is not None and "in_all" in meta.extra:
            limit: InAll = meta.extra["in_all"]
            return limit
    return None


def bound_of(field_type: Any) -> Bound | None:
    """Return the bound that is annotated on a type, without null and unset."""
    for meta in metas_of(field_type):
        if meta.extra is not None and "bound" in meta.extra:
            bound: Bound = meta.extra["bound"]
            return bound
    return None


def max_length_of(field_type: Any) -> int | None:
    """Return the greatest length that is annotated on a type, without null and unset."""
    return next(
        (meta.max_length for meta in metas_of(field_type) if meta.max_length is not None), None
    )


def size_problem(field_type: Any, value: Any, path: str) -> Issue | None:
    """Check the size of one list or object, and not what is in it."""
    if isinstance(value, list):
        most = max_length_of(field_type)
        if most is not None and len(value) > most:
            return Issue(path, f"Expected a list of length <= {most}")
        if (in_all := in_all_of(field_type)) is not None:
            return in_all.problem(value, path)
    elif isinstance(value, dict):
        if (bound := bound_of(field_type)) is not None:
            return bound.too_large(value, path)
        most = max_length_of(field_type)
        if most is not None and len(value) > most:
            return Issue(path, f"Expected an object of length <= {most}")
    return None


def metas_of(field_type: Any) -> list[msgspec.Meta]:
    """Return what is annotated on a type, without null and unset."""
    if get_origin(field_type) is not Annotated:
        return []
    return [meta for meta in get_args(field_type)[1:] if isinstance(meta, msgspec.Meta)]
