"""Strict reading of bodies and queries, with every problem named.

What is valid is read by msgspec in one pass. It stops at the first problem, so what is not valid is
walked a second time, field by field, to list them all.
"""

from __future__ import annotations

import re
import types
from itertools import filterfalse
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from urllib.parse import parse_qsl

import msgspec
from msgspec import NODEFAULT, Struct, UnsetType

from partner_api.edge.fields import decode_field, metadata_issues
from partner_api.errors import Issue, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

S = TypeVar("S", bound=Struct)

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
# msgspec would also take 1e0 and 1.0.
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")
_NUL = "A string cannot contain U+0000; remove it"
_REQUIRED = "This is required"
_TOO_DEEP = "This is nested too deeply"


class InvalidField(ValueError):
    """A broken rule between fields, raised in ``__post_init__`` of a body."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.issue = Issue(path, message)


class BodyShape(Generic[S]):
    """Reads JSON bodies as one Struct, which must forbid unknown fields."""

    def __init__(self, struct: type[S]) -> None:
        if not struct.__struct_config__.forbid_unknown_fields:
            raise TypeError(f"{struct.__name__} is a body and must have forbid_unknown_fields=True")
        self.struct = struct
        self._decoder = msgspec.json.Decoder(struct, dec_hook=decode_field)
        self.may_be_empty = all(
            field.default is not NODEFAULT or field.default_factory is not NODEFAULT
            for field in msgspec.structs.fields(struct)
        )
        self._metadata = [
            field.name for field in msgspec.structs.fields(struct) if _is_metadata(field.type)
        ]

    def decode(self, body: bytes) -> S:
        """Read a body. Without any bytes it counts as ``{}`` if no field is required.

        Raises:
            ApiError: VALIDATION, 400 when it is not JSON, else 422 with every issue.
        """
        if not body and self.may_be_empty:
            body = b"{}"
        try:
            value = self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise self._problems(body, error) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _not_json() from None
        except RecursionError:
            raise invalid([Issue("", _TOO_DEEP)]) from None
        # The escape is the only way for U+0000 into JSON.
        if b"\\u0000" in body and (issues := list(_nul_issues(msgspec.json.decode(body), ""))):
            raise invalid(issues)
        issues = [
            issue
            for name in self._metadata
            if isinstance(metadata := getattr(value, name), dict)
            for issue in metadata_issues(metadata, name)
        ]
        if issues:
            raise invalid(issues)
        return value

    def _problems(self, body: bytes, error: msgspec.ValidationError) -> Exception:
        try:
            value = msgspec.json.decode(body)
            issues = list(_nul_issues(value, ""))
            named = {issue.path for issue in issues}
            issues += [
                issue for issue in _issues(self.struct, value, "") if issue.path not in named
            ]
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _not_json()
        except RecursionError:
            return invalid([Issue("", _TOO_DEEP)])
        return invalid(issues or [_issue("", error)])


class QueryField(Struct, frozen=True):
    """One query parameter: its names on the wire and in the Struct, and its type without null."""

    wire_name: str
    name: str
    type: Any
    is_list: bool
    required: bool
    default: Any


class QueryShape(Generic[S]):
    """Reads query strings as one Struct. Parameters that it does not have are ignored."""

    def __init__(self, struct: type[S]) -> None:
        self.struct = struct
        hints = get_type_hints(struct, include_extras=True)
        self.fields = [
            QueryField(
                field.encode_name,
                field.name,
                inner,
                _is_list(inner),
                field.required,
                None if field.default is NODEFAULT else field.default,
            )
            for field in msgspec.structs.fields(struct)
            for inner in [_without_none(hints[field.name])]
        ]

    def decode(self, query_string: bytes, issues: list[Issue]) -> S | None:
        """Read a query string; what is wrong is added to ``issues``, and then None is given."""
        given: dict[str, list[str]] = {}
        if query_string:
            try:
                pairs = parse_qsl(
                    query_string.decode("ascii"), keep_blank_values=True, errors="strict"
                )
            except (UnicodeDecodeError, ValueError):
                issues.append(Issue("", "The query has to be URL-encoded UTF-8"))
                return None
            for name, text in pairs:
                given.setdefault(name, []).append(text)
        values: dict[str, Any] = {}
        before = len(issues)
        for field in self.fields:
            texts = given.get(field.wire_name)
            if texts is None:
                if field.required:
                    issues.append(Issue(field.wire_name, _REQUIRED))
            elif any("\0" in text for text in texts):
                issues.append(Issue(field.wire_name, _NUL))
            elif not field.is_list and len(texts) > 1:
                issues.append(Issue(field.wire_name, "This can be given once only"))
            elif _bare(field.type) is int and not _WHOLE_NUMBER.fullmatch(texts[0]):
                issues.append(Issue(field.wire_name, "Expected a whole number"))
            else:
                try:
                    values[field.name] = msgspec.convert(
                        texts if field.is_list else texts[0],
                        field.type,
                        strict=False,
                        dec_hook=decode_field,
                    )
                except msgspec.ValidationError as error:
                    issues.append(_leaf_issue(field.type, field.wire_name, error))
        return self.struct(**values) if len(issues) == before else None


def _not_json() -> Exception:
    issue = Issue("", "The body is not JSON in UTF-8. Send a JSON object")
    return invalid([issue], status=400)


def _issues(field_type: Any, value: Any, path: str) -> Iterator[Issue]:
    """Find every problem of a value that was parsed from JSON."""
    bare = _bare(field_type)
    if _options(bare):
        inner = _without_none(bare)
        if value is None and inner is not bare and type(None) in get_args(bare):
            return
        if not _options(inner):
            yield from _issues(inner, value, path)
            return
    found = False
    for issue in _inner_issues(bare, value, path):
        found = True
        yield issue
    if not found:
        try:
            msgspec.convert(value, field_type, dec_hook=decode_field)
        except msgspec.ValidationError as error:
            yield _leaf_issue(field_type, path, error)


def _inner_issues(bare: Any, value: Any, path: str) -> Iterator[Issue]:
    """Find the problems of what a value contains, each on its own."""
    origin = get_origin(bare)
    if isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, Struct):
        yield from _struct_issues(bare, value, path)
    elif isinstance(value, list) and origin in (list, set, frozenset, tuple):
        for index, item in enumerate(value):
            yield from _issues(get_args(bare)[0], item, f"{path}[{index}]")
    elif isinstance(value, dict) and origin is dict:
        key_type, value_type = get_args(bare)
        for key, item in value.items():
            yield from _issues(key_type, key, _join(path, key))
            yield from _issues(value_type, item, _join(path, key))


def _struct_issues(struct: type[Struct], value: dict[str, Any], path: str) -> Iterator[Issue]:
    hints = get_type_hints(struct, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, field in fields.items():
        if name in value:
            yield from _issues(hints[field.name], value[name], _join(path, name))
        elif field.required:
            yield Issue(_join(path, name), _REQUIRED)
    if struct.__struct_config__.forbid_unknown_fields:
        for name in filterfalse(fields.__contains__, value):
            yield Issue(_join(path, name), "This field is not known here; remove it")


def _nul_issues(value: Any, path: str) -> Iterator[Issue]:
    if isinstance(value, str):
        if "\0" in value:
            yield Issue(path, _NUL)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nul_issues(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if "\0" in name:
                yield Issue(_join(path, name), _NUL)
            else:
                yield from _nul_issues(item, _join(path, name))


def _leaf_issue(field_type: Any, path: str, error: msgspec.ValidationError) -> Issue:
    bare = _bare(field_type)
    if get_origin(bare) in (list, set, frozenset):
        bare = _bare(get_args(bare)[0])
    if get_origin(bare) is Literal and "enum" in str(error):
        return Issue(path, f"Expected one of {', '.join(map(str, get_args(bare)))}")
    return _issue(path, error)


def _issue(path: str, error: msgspec.ValidationError) -> Issue:
    if isinstance(error.__cause__, InvalidField):
        issue = error.__cause__.issue
        return Issue(_join(path, issue.path), issue.message)
    text = str(error).partition(" - at `")[0]
    return Issue(path, re.sub(r"`(\w+)`", lambda match: _WORDS.get(match[1], match[0]), text))


def _join(path: str, name: str) -> str:
    name = name.replace("\0", "\\u0000")
    return f"{path}.{name}" if path else name


def _bare(field_type: Any) -> Any:
    return get_args(field_type)[0] if get_origin(field_type) is Annotated else field_type


def _options(bare: Any) -> tuple[Any, ...]:
    return get_args(bare) if get_origin(bare) in (Union, types.UnionType) else ()


def _without_none(field_type: Any) -> Any:
    """Give the one type that a field has besides null and unset; other unions stay."""
    options = _options(_bare(field_type))
    real = [option for option in options if option not in (type(None), UnsetType)]
    if len(real) != 1:
        return field_type
    if get_origin(field_type) is Annotated:
        return Annotated[real[0], *get_args(field_type)[1:]]
    return real[0]


def _is_list(field_type: Any) -> bool:
    return get_origin(_bare(field_type)) in (list, set, frozenset)


def _is_metadata(field_type: Any) -> bool:
    candidates = [field_type, *_options(_bare(field_type))]
    return any(
        isinstance(meta, msgspec.Meta) and (meta.extra or {}).get("metadata", False)
        for candidate in candidates
        if get_origin(candidate) is Annotated
        for meta in get_args(candidate)[1:]
    )
