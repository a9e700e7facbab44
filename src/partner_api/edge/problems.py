"""Naming everything that is wrong with a value, not only what a decoder stumbled over first."""

from __future__ import annotations

import re
import types
from itertools import filterfalse
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import Struct, UnsetType

from partner_api.edge.fields import decode_field, metadata_issues
from partner_api.errors import Issue

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


class InvalidField(ValueError):
    """A broken rule between fields, raised in ``__post_init__`` of a body."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.issue = Issue(path, message)


def problems(field_type: Any, value: Any, path: str) -> Iterator[Issue]:
    """Find every problem of a value that was parsed from JSON."""
    bare = bare_type(field_type)
    if _options(bare):
        inner = without_none(field_type)
        if value is None and type(None) in get_args(bare):
            return
        if not _options(bare_type(inner)):
            yield from problems(inner, value, path)
            return
    found = False
    for issue in _inner_problems(bare, value, path):
        found = True
        yield issue
    if not found:
        try:
            msgspec.convert(value, field_type, dec_hook=decode_field)
        except msgspec.ValidationError as error:
            yield value_problem(field_type, path, error)


def _inner_problems(bare: Any, value: Any, path: str) -> Iterator[Issue]:
    """Find the problems of what a value contains, each on its own."""
    origin = get_origin(bare)
    if isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, Struct):
        yield from _struct_problems(bare, value, path)
    elif isinstance(value, list) and origin in (list, set, frozenset, tuple):
        for index, item in enumerate(value):
            yield from problems(get_args(bare)[0], item, f"{path}[{index}]")
    elif isinstance(value, dict) and origin is dict:
        key_type, value_type = get_args(bare)
        for key, item in value.items():
            yield from problems(key_type, key, _join(path, key))
            yield from problems(value_type, item, _join(path, key))


def _struct_problems(struct: type[Struct], value: dict[str, Any], path: str) -> Iterator[Issue]:
    hints = get_type_hints(struct, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, field in fields.items():
        if name in value:
            field_type, item, item_path = hints[field.name], value[name], _join(path, name)
            found = list(problems(field_type, item, item_path))
            yield from found
            if not found and is_metadata(field_type) and isinstance(item, dict):
                yield from metadata_issues(item, item_path)
        elif field.required:
            yield Issue(_join(path, name), REQUIRED)
    if struct.__struct_config__.forbid_unknown_fields:
        for name in filterfalse(fields.__contains__, value):
            yield Issue(_join(path, name), "This field is not known here; remove it")


def nul_problems(value: Any, path: str) -> Iterator[Issue]:
    """Find every string with U+0000 in it, names included; PostgreSQL cannot keep one."""
    if isinstance(value, str):
        if "\0" in value:
            yield Issue(path, NUL)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nul_problems(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if "\0" in name:
                yield Issue(_join(path, name), NUL)
            else:
                yield from nul_problems(item, _join(path, name))


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


def is_metadata(field_type: Any) -> bool:
    """Tell whether a field is ``Metadata``, whose limits no annotation can express."""
    candidates = [field_type, *_options(bare_type(field_type))]
    return any(
        isinstance(meta, msgspec.Meta) and (meta.extra or {}).get("metadata", False)
        for candidate in candidates
        if get_origin(candidate) is Annotated
        for meta in get_args(candidate)[1:]
    )
