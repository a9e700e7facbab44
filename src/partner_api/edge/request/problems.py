"""Naming everything that is wrong with a value, not only what a decoder stumbled over first."""

from __future__ import annotations

import re
from itertools import filterfalse, islice
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NamedTuple,
    get_args,
    get_origin,
)

import msgspec
from msgspec import Meta, Struct

from partner_api.edge.request.bounds import bound_of, size_problem
from partner_api.edge.request.json_text import join_path
from partner_api.edge.request.rules import rule_of, rules_of
from partner_api.edge.request.shapes import (
    LISTS,
    bare_type,
    fields_of,
    has_bounds,
    options_of,
    without_none,
)
from partner_api.edge.wire.fields import decode_field
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

_NUL_ESCAPE = b"\\u0000"
# What msgspec says of a text that a pattern does not match.
_WRONG_FORM = "matching regex"
# How our patterns say in Python what $ says elsewhere.
_NO_NEWLINE = r"(?!\n)"

# How many problems are counted one by one beyond those that are named.
_MOST_COUNTED = 400


class InvalidField(ValueError):
    """A broken rule between fields, raised in ``__post_init__`` of a body."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.issue = Issue(path, message)


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
    if options_of(bare):
        inner = without_none(field_type)
        if value is None and type(None) in get_args(bare):
            return
        if not options_of(bare_type(inner)):
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
    is_text = isinstance(value, str)
    if is_text and "\0" in value:
        yield Issue(path, NUL)
        return
    try:
        msgspec.convert(value, field_type, dec_hook=decode_field)
    except msgspec.ValidationError as error:
        wrong_form = is_text and _WRONG_FORM in str(error)
        if wrong_form and (rule := rule_of(field_type)) is not None and (problem := rule(value)):
            yield Issue(path, problem)
        else:
            yield value_problem(field_type, path, error)
        return
    if field_type is bare:
        return
    if is_text:
        if (rule := rule_of(field_type)) is not None and (problem := rule(value)) is not None:
            yield Issue(path, problem)
    elif isinstance(value, dict) and (bound := bound_of(field_type)) is not None:
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
    elif isinstance(value, list) and origin in LISTS:
        item_type = get_args(bare)[0]
        for index, item in enumerate(value):
            if not _is_right(item_type, item, look_for_nul):
                yield from problems(item_type, item, f"{path}[{index}]", look_for_nul=look_for_nul)
    elif isinstance(value, dict) and origin is dict:
        key_type, value_type = get_args(bare)
        for key, item in value.items():
            item_path, named = join_path(path, key), False
            for issue in problems(key_type, key, item_path, look_for_nul=look_for_nul):
                named = True
                yield issue
            # One problem for each path: the value of a wrong key does not matter.
            if not named:
                yield from problems(value_type, item, item_path, look_for_nul=look_for_nul)


def _is_right(item_type: Any, item: Any, look_for_nul: bool) -> bool:
    """Return whether an item of a list is known to be right as a whole, which costs less than each of its fields."""
    if not isinstance(item, dict) or not isinstance(item_type, type) or has_bounds(item_type):
        return False
    if look_for_nul and _NUL_ESCAPE in msgspec.json.encode(item):
        return False
    try:
        value: Any = msgspec.convert(item, item_type, dec_hook=decode_field)
    except msgspec.ValidationError:
        return False
    keeps_rules = rules_of(item_type)
    return keeps_rules is None or keeps_rules(value)


def _struct_problems(
    struct: type[Struct], value: dict[str, Any], path: str, look_for_nul: bool
) -> Iterator[Issue | Further]:
    fields = fields_of(struct)
    known = 0
    for name, field in fields.items():
        if name in value:
            known += 1
            yield from problems(
                field.type, value[name], join_path(path, name), look_for_nul=look_for_nul
            )
        elif field.required:
            yield Issue(join_path(path, name), REQUIRED)
    if len(value) > known and struct.__struct_config__.forbid_unknown_fields:
        for name in islice(filterfalse(fields.__contains__, value), MAX_ISSUES):
            yield Issue(join_path(path, name), NUL if "\0" in name else UNKNOWN)
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
            waiting += [(item, join_path(path, name)) for name, item in value.items()][::-1]
            yield from (Issue(join_path(path, name), NUL) for name in value if "\0" in name)


def value_problem(field_type: Any, path: str, error: msgspec.ValidationError) -> Issue:
    """Say what would be right instead of the value of one field."""
    inner = without_none(field_type)
    if get_origin(bare_type(inner)) in (list, set, frozenset):
        inner = get_args(bare_type(inner))[0]
    if "enum" in str(error) and (choices := _choices_of(bare_type(inner))):
        return Issue(path, f"Expected one of {', '.join(choices)}")
    if _WRONG_FORM in str(error) and (form := _form_of(inner)) is not None:
        return Issue(path, f"Expected {form}")
    return problem_of(path, error)


def _choices_of(bare: Any) -> list[str]:
    """Return the words that a type allows; none if it allows anything else."""
    found: list[str] = []
    for option in options_of(bare) or (bare,):
        if get_origin(option) is not Literal:
            return []
        found += map(str, get_args(option))
    return found


def _form_of(field_type: Any) -> str | None:
    """Say which form a text should have, by an example if its type has one."""
    for meta in getattr(field_type, "__metadata__", ()):
        if isinstance(meta, Meta) and meta.pattern is not None:
            pattern = meta.pattern.removesuffix(_NO_NEWLINE)
            such = f" such as {meta.examples[0]}," if meta.examples else ""
            return f"text{such} that matches {pattern}"
    return None


def problem_of(path: str, error: msgspec.ValidationError) -> Issue:
    """Put what msgspec says into the words that JSON's readers know."""
    if isinstance(error.__cause__, InvalidField):
        issue = error.__cause__.issue
        return Issue(join_path(path, issue.path), issue.message)
    text = str(error).partition(" - at `")[0]
    return Issue(path, re.sub(r"`(\w+)`", lambda match: _WORDS.get(match[1], match[0]), text))
