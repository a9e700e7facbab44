"""Arguments of a call, checked by the types of its route before anything is sent.

What reads a request on the server reads it here: the same rules, and the same sentences about what is wrong. Only two
things are stricter. A name that is not known is a problem also where a query would ignore it, because a model that
believes in a filter draws wrong conclusions. And an id that cannot be one is a problem, not an absence.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from layers_partner.core.values import query_of
from partner_api.edge.request.api_request import MAX_BODY_BYTES
from partner_api.edge.request.problems import NUL, REQUIRED, UNKNOWN
from partner_api.errors import ApiError, Issue, invalid
from partner_api.mcp.input_schema import LONGEST_KEY, SMALL_PAGE
from partner_api.mcp.tool import IDEMPOTENCY_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.edge.request.validation import BodyShape
    from partner_api.edge.route import PathParameter, Route
    from partner_api.mcp.tool import BoundTool

_KEY: Final = re.compile(rf"[!-~]([ -~]{{0,{LONGEST_KEY - 2}}}[!-~])?")
_MAX_PATH_TEXT: Final = 255
_NO_JSON: Final = "This cannot be written as JSON"


class Arguments(msgspec.Struct, frozen=True):
    """What a call sends.

    Attributes:
        of_method: the arguments of the library's method, by their names there.
        idempotency_key: the name that the model gave to a write.
    """

    of_method: dict[str, Any]
    idempotency_key: str | None


def read_arguments(bound: BoundTool, given: Mapping[str, Any]) -> Arguments:
    """Check the arguments of a tool, and name all that is wrong with them.

    Raises:
        ApiError: VALIDATION.
    """
    route: Route = bound.route
    issues: list[Issue] = []
    rest = dict(given)
    key = _read_key(bound, rest, issues)
    path = {parameter.wire_name: rest.get(parameter.wire_name) for parameter in route.path}
    for parameter in route.path:
        _check_path(parameter, rest, issues)
    in_body = () if route.body is None else route.body.struct.__struct_encode_fields__
    for name in path.keys() - set(in_body):
        rest.pop(name, None)
    if route.body is not None:
        _check_body(route.body, rest, issues, of_path=path)
    else:
        known = (
            {field.wire_name for field in route.query.fields} if route.query is not None else set()
        )
        issues += [
            Issue(name, NUL if "\0" in name else UNKNOWN) for name in rest if name not in known
        ]
        # Null is what models write for nothing.
        rest = {name: value for name, value in rest.items() if name in known and value is not None}
        _check_query(route, rest, issues)
    if issues:
        raise invalid(issues)
    if bound.limit is not None:
        rest.setdefault("limit", min(SMALL_PAGE, bound.limit))
    return Arguments({snake_case(name): value for name, value in (rest | path).items()}, key)


def snake_case(name: str) -> str:
    """Return the name of an argument in the library."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _read_key(bound: BoundTool, rest: dict[str, Any], issues: list[Issue]) -> str | None:
    if not bound.route.writes:
        return None
    key = rest.pop(IDEMPOTENCY_KEY, None)
    if key is None:
        if bound.tool.moves_money:
            issues.append(Issue(IDEMPOTENCY_KEY, REQUIRED))
        return None
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        issues.append(
            Issue(IDEMPOTENCY_KEY, f"Expected 1 to {LONGEST_KEY} printable ASCII characters")
        )
        return None
    return key


def _check_path(parameter: PathParameter, rest: Mapping[str, Any], issues: list[Issue]) -> None:
    name = parameter.wire_name
    text = rest.get(name)
    if text is None:
        issues.append(Issue(name, REQUIRED))
    elif not isinstance(text, str):
        issues.append(Issue(name, "Expected a string"))
    elif "\0" in text:
        issues.append(Issue(name, NUL))
    elif parameter.type is not str:
        try:
            parameter.type.parse(text)
        except ValueError as error:
            issues.append(Issue(name, str(error)))
    elif not 0 < len(text) <= _MAX_PATH_TEXT or text in (".", ".."):
        issues.append(Issue(name, "Expected an id or a name"))


def _check_body(
    shape: BodyShape[Any], rest: dict[str, Any], issues: list[Issue], *, of_path: Mapping[str, Any]
) -> None:
    try:
        body = json.dumps(rest, allow_nan=False).encode()
    except (ValueError, RecursionError):
        issues.append(Issue("", _NO_JSON))
        return
    if len(body) > MAX_BODY_BYTES:
        issues.append(Issue("", f"Expected at most {MAX_BODY_BYTES // 1024} KiB of arguments"))
        return
    try:
        shape.decode(body)
    except ApiError as error:
        found: list[Issue] = (error.details or {}).get("issues", [])
        # What is in both is a problem once.
        issues += [issue for issue in found if issue.path not in of_path]
        if not issues:
            issues += found


def _check_query(route: Route, rest: Mapping[str, Any], issues: list[Issue]) -> None:
    if route.query is None:
        return
    sent: dict[str, Any] = {}
    for name, value in rest.items():
        items = value if isinstance(value, list) else [value]
        if all(isinstance(item, str | int | float) for item in items):
            sent[name] = value
        else:
            issues.append(Issue(name, "Expected a string, a number, or a list of them"))
    try:
        route.query.decode(query_of(sent).encode(), issues)
    except UnicodeEncodeError:
        issues.append(Issue("", _NO_JSON))
