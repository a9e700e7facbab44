"""Strict reading of bodies and queries, with every problem named.

What is valid is read by msgspec in one pass. It stops at the first problem, so what is not valid is
walked a second time, field by field, to list them all. How much work that is follows from the
schema, not from the body: a list that is too long is one problem, whatever is in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import NODEFAULT, Struct

from partner_api.edge.request.bounds import bound_of
from partner_api.edge.request.json_text import (
    TOO_DEEP,
    has_repeated_keys,
    is_too_deep,
    list_text_problems,
    structure_of,
)
from partner_api.edge.request.problems import (
    NUL,
    REQUIRED,
    InvalidField,
    list_problems,
    problem_of,
    value_problem,
)
from partner_api.edge.request.rules import compile_rules
from partner_api.edge.request.shapes import (
    bare_type,
    fields_of,
    is_list_type,
    is_oversized,
    limits_items_together,
    most_values,
    without_none,
)
from partner_api.edge.wire.fields import decode_field
from partner_api.errors import ApiError, Issue, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BodyShape", "InvalidField", "QueryField", "QueryShape", "require_no_body"]

S = TypeVar("S", bound=Struct)

# msgspec would also take 1e0 and 1.0.
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")
_NUL_ESCAPE = b"\\u0000"
_EMPTY_OBJECT = re.compile(rb"[ \t\r\n]*\{[ \t\r\n]*\}[ \t\r\n]*")
# Only a body with more bytes than this can have lists so long that reading their items costs something.
_MANY_BYTES = 8 * 1024
# What the schema of a body may allow at most, and so what one body can cost.
_MOST_VALUES = 5_000
_TOO_GREAT = "A number in it is too great"
MAX_QUERY_BYTES = 16 * 1024
MAX_QUERY_PARAMETERS = 256


class BodyShape(Generic[S]):
    """Reads JSON bodies as one Struct, which must forbid unknown fields and bound all it holds."""

    def __init__(self, struct: type[S]) -> None:
        if not struct.__struct_config__.forbid_unknown_fields:
            raise TypeError(f"{struct.__name__} is a body and must have forbid_unknown_fields=True")
        if most_values(struct, struct.__name__) > _MOST_VALUES:
            raise TypeError(f"{struct.__name__} is a body and can have over {_MOST_VALUES} values")
        self.struct = struct
        self._decoder = msgspec.json.Decoder(struct, dec_hook=decode_field)
        self.may_be_empty = all(
            field.default is not NODEFAULT or field.default_factory is not NODEFAULT
            for field in msgspec.structs.fields(struct)
        )
        self._bounds = [
            (field.name, bound)
            for field in msgspec.structs.fields(struct)
            if (bound := bound_of(without_none(fields_of(struct)[field.encode_name].type)))
        ]
        self._keeps_rules = compile_rules(struct)
        # The decoder does not know this limit. Where there is one, even a small body is looked at before.
        self._many_bytes = 0 if limits_items_together(struct) else _MANY_BYTES

    def decode(self, body: bytes) -> S:
        """Read a body. Without any bytes it counts as ``{}`` if no field is required.

        Raises:
            ApiError: VALIDATION, 400 when it is not JSON, else 422 with every issue, as far as
                there are not too many. What is nested too deeply is not read any further.
        """
        if not body and self.may_be_empty:
            body = b"{}"
        structure = structure_of(body)
        # Before anything recurses.
        if is_too_deep(structure):
            raise invalid([Issue("", TOO_DEEP)])
        # The decoder reads a list to its end before it counts, and calls us for each item. What is parsed here is not
        # parsed again below; what is empty costs nothing.
        parsed: Any = _parse(body) if len(body) > self._many_bytes else None
        if parsed is not None and is_oversized(self.struct, parsed):
            raise self._invalid(parsed, body, structure)
        try:
            value = self._decoder.decode(body)
        except msgspec.ValidationError as error:
            fallback = [problem_of("", error)]
            raise self._invalid(parsed or _parse(body), body, structure, fallback) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _unreadable(body) from None
        if (
            any(
                bound.too_large(held, name) or bound.issues(held, name)
                for name, bound in self._bounds
                if isinstance(held := getattr(value, name), dict)
            )
            or (self._keeps_rules is not None and not self._keeps_rules(value))
            # Nothing but a key in a nested object, or a second one, makes a second colon.
            or (
                structure.count(b":") > 1
                and has_repeated_keys(structure, parsed := parsed or _parse(body))
            )
        ):
            raise self._invalid(parsed or _parse(body), body, structure)
        # The escape is the only way for U+0000 into JSON.
        if _NUL_ESCAPE in body:
            named, more = list_problems(self.struct, parsed or _parse(body))
            if named:
                raise invalid(named, unlisted=more)
        return value

    def _invalid(
        self, parsed: Any, body: bytes, structure: bytes, fallback: Sequence[Issue] = ()
    ) -> ApiError:
        """Name what is wrong with a body, or what is known to be if nothing else is found."""
        repeated: list[Issue] = []
        further: int | None = 0
        if has_repeated_keys(structure, parsed):
            repeated, further = list_text_problems(body)
        named, more = list_problems(self.struct, parsed, look_for_nul=_NUL_ESCAPE in body)
        # One problem for each path: which of its values is meant, nobody knows.
        paths = {issue.path for issue in repeated}
        issues = repeated + [issue for issue in named if issue.path not in paths]
        unlisted = None if more is None or further is None else more + further
        return invalid(issues or fallback, unlisted=unlisted)


def require_no_body(body: bytes) -> None:
    """Refuse the body of a route that takes none, so that nobody believes that it was read.

    Clients that always send JSON send an empty object.

    Raises:
        ApiError: VALIDATION, 400.
    """
    if body and _EMPTY_OBJECT.fullmatch(body) is None:
        raise invalid([Issue("", "This route takes no body. Send none, or {}")], status=400)


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
        self.fields = [
            QueryField(
                field.encode_name,
                field.name,
                inner,
                is_list_type(inner),
                field.required,
                None if field.default is NODEFAULT else field.default,
            )
            for field in msgspec.structs.fields(struct)
            for inner in [without_none(fields_of(struct)[field.encode_name].type)]
        ]

    def decode(self, query_string: bytes, issues: list[Issue]) -> S | None:
        """Read a query string; what is wrong is added to ``issues``, and then None is given."""
        given: dict[str, list[str]] = {}
        if query_string:
            if (too_long := _query_problem(query_string)) is not None:
                issues.append(too_long)
                return None
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
                    issues.append(Issue(field.wire_name, REQUIRED))
            elif any("\0" in text for text in texts):
                issues.append(Issue(field.wire_name, NUL))
            elif not field.is_list and len(texts) > 1:
                issues.append(Issue(field.wire_name, "This can be given once only"))
            elif bare_type(field.type) is int and not _WHOLE_NUMBER.fullmatch(texts[0]):
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
                    issues.append(value_problem(field.type, field.wire_name, error))
        return self.struct(**values) if len(issues) == before else None


def _parse(body: bytes) -> Any:
    """Read a body without a schema.

    Raises:
        ApiError: VALIDATION, 400 when it is not JSON, 422 when something in it cannot be held.
    """
    try:
        return msgspec.json.decode(body)
    except msgspec.ValidationError:
        raise invalid([Issue("", _TOO_GREAT)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _unreadable(body) from None


def _query_problem(query_string: bytes) -> Issue | None:
    """Check the size of a query before anything looks at what is in it."""
    if len(query_string) > MAX_QUERY_BYTES:
        return Issue("", f"Expected a query of at most {MAX_QUERY_BYTES // 1024} KiB")
    if query_string.count(b"&") >= MAX_QUERY_PARAMETERS:
        return Issue("", f"Expected at most {MAX_QUERY_PARAMETERS} parameters in the query")
    return None


def _unreadable(body: bytes) -> ApiError:
    """Say why msgspec cannot read a body: it is not JSON, or a string in it is no text."""
    issues, more = list_text_problems(body)
    if issues:
        return invalid(issues, unlisted=more)
    return invalid([Issue("", "The body is not JSON in UTF-8. Send a JSON object")], status=400)
