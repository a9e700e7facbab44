"""Strict reading of bodies and queries, with every problem named.

What is valid is read by msgspec in one pass. It stops at the first problem, so what is not valid is
walked a second time, field by field, to list them all.
"""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from msgspec import NODEFAULT, Struct

from partner_api.edge.fields import decode_field, metadata_issues
from partner_api.edge.problems import (
    NUL,
    REQUIRED,
    InvalidField,
    bare_type,
    is_list_type,
    is_metadata,
    nul_problems,
    problem_of,
    problems,
    value_problem,
    without_none,
)
from partner_api.errors import Issue, invalid

__all__ = ["BodyShape", "InvalidField", "QueryField", "QueryShape"]

S = TypeVar("S", bound=Struct)

# msgspec would also take 1e0 and 1.0.
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,19}")
_TOO_DEEP = "This is nested too deeply"


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
            field.name for field in msgspec.structs.fields(struct) if is_metadata(field.type)
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
        if b"\\u0000" in body and (issues := list(nul_problems(msgspec.json.decode(body), ""))):
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
            issues = list(nul_problems(value, ""))
            named = {issue.path for issue in issues}
            issues += [
                issue for issue in problems(self.struct, value, "") if issue.path not in named
            ]
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _not_json()
        except RecursionError:
            return invalid([Issue("", _TOO_DEEP)])
        return invalid(issues or [problem_of("", error)])


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
                is_list_type(inner),
                field.required,
                None if field.default is NODEFAULT else field.default,
            )
            for field in msgspec.structs.fields(struct)
            for inner in [without_none(hints[field.name])]
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


def _not_json() -> Exception:
    issue = Issue("", "The body is not JSON in UTF-8. Send a JSON object")
    return invalid([issue], status=400)
