"""Naming everything that is wrong with a value, not only what a decoder stumbled over first."""

from __future__ import annotations

import re
import types
from functools import cache
from itertools import filterfalse, islice
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import Struct, UnsetType

from partner_api.edge.bounds import bound_of, max_length_of, size_problem
from partner_api.edge.fields import decode_field
from partner_api.errors import MAX_ISSUES, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
NUL = "A string cannot contain U+0000; remove it"
REQUIRED = "This is required"
UNKNOWN = "This field is not known here; remove it"

_LISTS = (list, set, frozenset, tuple)
# How many problems are counted one by one beyond those that are named.
_MOST_COUNTED = 400


class InvalidField(ValueError):
    """A broken rule between fields, raised in ``__post_init__`` of a body."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.issue = Issue(path, message)


class Field(NamedTuple):
    """A field of a Struct: its name on the wire, its type, and whether it has to be there.

    ``holds_more``: its value has a size that a client chooses, or contains what has.
    """

    name: str
    type: Any
    required: bool
    holds_more: bool


@cache
def fields_of(struct: type[Struct]) -> dict[str, Field]:
    """Return the fields of a Struct by their names on the wire."""
    hints = get_type_hints(struct, include_extras=True)
    return {
        field.encode_name: Field(
            field.encode_name, hints[field.name], field.required, _holds_more(hints[field.name])
        )
        for field in msgspec.structs.fields(struct)
    }


def most_values(field_type: Any, where: str) -> int:
    """Count the values in the largest that a type allows, names in objects included.

    Raises:
        TypeError: there is no largest; ``where`` is what the message calls the type.
    """
    bare = bare_type(field_type)
    if options := _options(bare):
        inner = without_none(field_type)
        if not _options(bare_type(inner)):
            return most_values(inner, where)
        return max(most_values(option, where) for option in options)
    if isinstance(bare, type) and issubclass(bare, Struct):
        return 1 + sum(
            most_values(field.type, f"{where}.{field.name}") for field in fields_of(bare).values()
        )
    if (bound := bound_of(field_type)) is not None:
        return 1 + bound.most_values
    origin = get_origin(bare) or bare
    if origin in (*_LISTS, dict):
        most, inner = max_length_of(field_type), get_args(bare)
        if most is None or not inner:
            raise TypeError(f"{where} has no limit to what is in it")
        each = sum(most_values(each, f"{where}[]") for each in inner if each is not Ellipsis)
        return 1 + most * each
    if bare is Any:
        raise TypeError(f"{where} has no limit to what is in it")
    return 1


def is_oversized(field_type: Any, value: Any) -> bool:
    """Tell whether a list or object anywhere in a value is too large, looking into none that is."""
    inner = without_none(field_type)
    bare = bare_type(inner)
    if size_problem(inner, value, "") is not None:
        return True
    if isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, Struct):
        return any(
            is_oversized(field.type, value[field.name])
            for field in fields_of(bare).values()
            if field.holds_more and field.name in value
        )
    origin = get_origin(bare)
    if isinstance(value, list) and origin in _LISTS:
        item_type = get_args(bare)[0]
        return _holds_more(item_type) and any(is_oversized(item_type, item) for item in value)
    if isinstance(value, dict) and origin is dict:
        item_type = get_args(bare)[1]
        return _holds_more(item_type) and any(
            is_oversized(item_type, item) for item in value.values()
        )
    return False


def list_problems(
    field_type: Any, value: Any, *, look_for_nul: bool = True
) -> tuple[list[Issue], int | None]:
    """Name the problems of a value that was parsed from JSON.

    What has the wrong size is one problem, whatever is in it.

    Args:
        field_type: what it should be.
        value: the value.
        look_for_nul: whether there can be a U+0000 in it, which costs a look at every string.

    Returns:
        The first of them, at most ``MAX_ISSUES``, and how many more there are: None when there
        are so many that they were not counted.
    """
    named: list[Issue] = []
    more = 0
    for found in problems(field_type, value, "", look_for_nul=look_for_nul):
        if isinstance(found, Further):
            more += found.number
        elif len(named) < MAX_ISSUES:
            named.append(found)
        elif more < _MOST_COUNTED:
            more += 1
        else:
            return named, None
    return named, more


class Further(NamedTuple):
    """So many problems that are not worth naming."""

    number: int


def problems(
    field_type: Any, value: Any, path: str, *, look_for_nul: bool
) -> Iterator[Issue | Further]:
    """Find the problems of a value in turn, so that whoever asks can stop when there are enough."""
    bare = bare_type(field_type)
    if _options(bare):
        inner = without_none(field_type)
        if value is None and type(None) in get_args(bare):
            return
        if not _options(bare_type(inner)):
            yield from problems(inner, value, path, look_for_nul=look_for_nul)
            return
    if (too_large := size_problem(field_type, value, path)) is not None:
        yield too_large
        return
    found = False
    for issue in _inner_problems(bare, value, path, look_for_nul):
        found = True
        yield issue
    if found:
        return
    if isinstance(value, str) and "\0" in value:
        yield Issue(path, NUL)
        return
    try:
        msgspec.convert(value, field_type, dec_hook=decode_field)
    except msgspec.ValidationError as error:
        yield value_problem(field_type, path, error)
        return
    if isinstance(value, dict) and (bound := bound_of(field_type)) is not None:
        yield from bound.issues(value, path)


def _inner_problems(
    bare: Any, value: Any, path: str, look_for_nul: bool
) -> Iterator[Issue | Further]:
    """Find the problems of what a value contains, each on its own."""
    origin = get_origin(bare)
    if bare is Any:
        if look_for_nul:
            yield from _nul_problems(value, path)
    elif isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, Struct):
        yield from _struct_problems(bare, value, path, look_for_nul)
    elif isinstance(value, list) and origin in _LISTS:
        item_type = get_args(bare)[0]
        for index, item in enumerate(value):
            yield from problems(item_type, item, f"{path}[{index}]", look_for_nul=look_for_nul)
    elif isinstance(value, dict) and origin is dict:
        key_type, value_type = get_args(bare)
        for key, item in value.items():
            item_path, named = _join(path, key), False
            for issue in problems(key_type, key, item_path, look_for_nul=look_for_nul):
                named = True
                yield issue
            # One problem for each path: the value of a wrong key does not matter.
            if not named:
                yield from problems(value_type, item, item_path, look_for_nul=look_for_nul)


def _struct_problems(
    struct: type[Struct], value: dict[str, Any], path: str, look_for_nul: bool
) -> Iterator[Issue | Further]:
    fields = fields_of(struct)
    known = 0
    for name, field in fields.items():
        if name in value:
            known += 1
            yield from problems(
                field.type, value[name], _join(path, name), look_for_nul=look_for_nul
            )
        elif field.required:
            yield Issue(_join(path, name), REQUIRED)
    if len(value) > known and struct.__struct_config__.forbid_unknown_fields:
        for name in islice(filterfalse(fields.__contains__, value), MAX_ISSUES):
            yield Issue(_join(path, name), NUL if "\0" in name else UNKNOWN)
        if (unnamed := len(value) - known - MAX_ISSUES) > 0:
            yield Further(unnamed)


def _nul_problems(value: Any, path: str) -> Iterator[Issue]:
    """Find every string with U+0000 in what may be anything, names included."""
    waiting = [(value, path)]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, str):
            if "\0" in value:
                yield Issue(path, NUL)
        elif isinstance(value, list):
            waiting += [(item, f"{path}[{index}]") for index, item in enumerate(value)][::-1]
        elif isinstance(value, dict):
            waiting += [(item, _join(path, name)) for name, item in value.items()][::-1]
            yield from (Issue(_join(path, name), NUL) for name in value if "\0" in name)


def value_problem(field_type: Any, path: str, error: msgspec.ValidationError) -> Issue:
    """Say what would be right instead of the value of one field."""
    bare = bare_type(field_type)
    if get_origin(bare) in (list, set, frozenset):
        bare = bare_type(get_args(bare)[0])
    if get_origin(bare) is Literal and "enum" in str(error):
        return Issue(path, f"Expected one of {', '.join(map(str, get_args(bare)))}")
    return problem_of(path, error)


def problem_of(path: str, error: msgspec.ValidationError) -> Issue:
    """Put what msgspec says into the words that JSON's readers know."""
    if isinstance(error.__cause__, InvalidField):
        issue = error.__cause__.issue
        return Issue(_join(path, issue.path), issue.message)
    text = str(error).partition(" - at `")[0]
    return Issue(path, re.sub(r"`(\w+)`", lambda match: _WORDS.get(match[1], match[0]), text))


def _join(path: str, name: str) -> str:
    name = name.replace("\0", "\\u0000")
    return f"{path}.{name}" if path else name


def bare_type(field_type: Any) -> Any:
    """Give a type without what is annotated on it."""
    return get_args(field_type)[0] if get_origin(field_type) is Annotated else field_type


def _options(bare: Any) -> tuple[Any, ...]:
    return get_args(bare) if get_origin(bare) in (Union, types.UnionType) else ()


def without_none(field_type: Any) -> Any:
    """Give the one type that a field has besides null and unset; other unions stay."""
    options = _options(bare_type(field_type))
    real = [option for option in options if option not in (type(None), UnsetType)]
    if len(real) != 1:
        return field_type
    if get_origin(field_type) is Annotated:
        return Annotated[real[0], *get_args(field_type)[1:]]
    return real[0]


def is_list_type(field_type: Any) -> bool:
    """Tell whether a field takes several values."""
    return get_origin(bare_type(field_type)) in (list, set, frozenset)


def _holds_more(field_type: Any) -> bool:
    bare = bare_type(field_type)
    if options := _options(bare):
        return any(_holds_more(option) for option in options)
    if isinstance(bare, type) and issubclass(bare, Struct):
        return any(field.holds_more for field in fields_of(bare).values())
    return (get_origin(bare) or bare) in (*_LISTS, dict)
