"""The same call in curl, TypeScript and Python, made of a route and its schemas."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from partner_api.edge.request.uploads import ANY_TYPE
from partner_api.reference.examples import Json, resolved, sample
from partner_api.reference.names import camel_case

if TYPE_CHECKING:
    from partner_api.edge.route import Route

Language = Literal["curl", "typescript", "python"]
LABELS: Final[dict[Language, str]] = {
    "curl": "curl",
    "typescript": "TypeScript",
    "python": "Python",
}
_WIDTH: Final = 80
_REDIRECT: Final = 302
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
# What is uploaded in the examples, by its media type.
_FILES: Final = {"text/csv": "accounts.csv", ANY_TYPE: "slide-1.png"}
_PYTHON_WORDS: Final = {"true": "True", "false": "False", "null": "None"}


class Call(msgspec.Struct, frozen=True):
    """A request of an example: its values by their names on the wire, in the order of the declaration."""

    path: dict[str, Any]
    query: dict[str, Any]
    headers: dict[str, str]
    body: dict[str, Any] | None
    media_type: str | None = None

    @property
    def file(self) -> str:
        """The name of the file that is uploaded."""
        return _FILES[self.media_type or ""]


def example_call(route: Route, document: Json) -> Call:
    """Return the request that the examples of a route make.

    Args:
        route: one of the document's.
        document: the OpenAPI document.
    """
    operation = document["paths"][route.template][route.method.lower()]
    components = document["components"]["schemas"]
    chosen = route.declared.shown.request
    places: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation["parameters"]:
        name, place = parameter["name"], parameter["in"]
        if name in chosen:
            places[place][name] = chosen[name]
        elif parameter.get("required") and name != "Idempotency-Key":
            places[place][name] = sample(parameter["schema"], components, name=name)
    content = operation.get("requestBody", {}).get("content", {})
    media_type = next((one for one in content if one in _FILES), None)
    body = None
    if "application/json" in content:
        schema = content["application/json"]["schema"]
        required = sample(schema, components, whole=False)
        fields = resolved(schema, components)["properties"]
        body = {
            name: chosen.get(name, required.get(name))
            for name in fields
            if name in chosen or name in required
        }
        # The path says it already, also where the body must repeat it.
        body |= {name: value for name, value in places["path"].items() if name in body}
    return Call(places["path"], places["query"], places["header"], body, media_type)


def code_samples(route: Route, document: Json) -> list[Json]:
    """Return the examples of a route's call, as `x-codeSamples` of an OpenAPI document has them.

    Args:
        route: one of the document's.
        document: the OpenAPI document.
    """
    call = example_call(route, document)
    samples: dict[Language, str] = {"curl": _curl(route, call)}
    if route.declared.sdk:
        samples["typescript"] = _typescript(route, call)
        samples["python"] = _python(route, call)
    return [
        {"lang": language, "label": LABELS[language], "source": source}
        for language, source in samples.items()
    ]


def _curl(route: Route, call: Call) -> str:
    address = re.sub(r"\{(\w+)\}", lambda match: str(call.path[match[1]]), route.template)
    if call.query:
        address += f"?{urlencode({key: _text(value) for key, value in call.query.items()})}"
    method = "" if route.method == "GET" else f"-X {route.method} "
    lines = [f'curl {method}"$LAYERS_BASE_URL{address}"']
    if route.declared.access.kind != "public":
        variable = (
            "LAYERS_API_KEY" if route.declared.access.kind == "key" else "LAYERS_OPERATOR_TOKEN"
        )
        lines.append(f'-H "Authorization: Bearer ${variable}"')
    if route.writes and route.declared.runs.is_recorded:
        lines.append(f"-H 'Idempotency-Key: {_idempotency_key(route)}'")
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items()]
    if call.media_type is not None:
        lines.append(f"-H 'Content-Type: {call.media_type}'")
        lines.append(f"--data-binary @{call.file}")
    elif call.body:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(_json(call.body))}")
    if route.declared.status == _REDIRECT:
        lines.append("-o /dev/null -w '%{redirect_url}\\n'")
    return " \\\n  ".join(lines)


def _idempotency_key(route: Route) -> UUID:
    """Return a key as a client would make one, which is another for each route and always the same."""
    return uuid5(NAMESPACE_URL, f"{route.method} {route.template}")


def _typescript(route: Route, call: Call) -> str:
    is_operator = route.declared.access.kind == "operator"
    name, module = (
        ("LayersOperator", "@layers/partner/operator")
        if is_operator
        else ("Layers", "@layers/partner")
    )
    client = "operator" if is_operator else "layers"
    imports = [f'import {{ {name} }} from "{module}";']
    headers = {camel_case(_argument(name)): value for name, value in call.headers.items()}
    given = {**call.path, **headers, **call.query, **(call.body or {})}
    entries = [
        (_typescript_key(key), _literal(value, "typescript", 1)) for key, value in given.items()
    ]
    if call.media_type is not None:
        imports.insert(0, 'import { readFile } from "node:fs/promises";')
        entries.append(("content", f'await readFile("{call.file}")'))
        if call.media_type != ANY_TYPE:
            entries.append(("contentType", f'"{call.media_type}"'))
    arguments = _braced([f"{key}: {value}" for key, value in entries]) if entries else ""
    method = ".".join(map(camel_case, route.declared.sdk.split(".")))
    invoked = f"await {client}.{method}({arguments});"
    if route.declared.status == _REDIRECT:
        lines = [f"const url = {invoked}"]
    elif _is_list(route):
        lines = [f"const {{ items }} = {invoked}"]
    else:
        lines = [f"const result = {invoked}"]
    after = route.declared.shown.typescript
    return "\n".join(
        [
            *imports,
            "",
            f"const {client} = new {name}();",
            "",
            *lines,
            *(["", after] if after else []),
        ]
    )


def _python(route: Route, call: Call) -> str:
    is_operator = route.declared.access.kind == "operator"
    name = "LayersOperator" if is_operator else "Layers"
    client = "operator" if is_operator else "layers"
    imports = [f"from layers_partner import {name}"]
    body = {key: value for key, value in (call.body or {}).items() if key not in call.path}
    headers = {_argument(header): value for header, value in call.headers.items()}
    arguments = [
        f"{_snake_case(key)}={_literal(value, 'python', 1)}"
        for key, value in {**call.path, **headers, **call.query, **body}.items()
    ]
    if call.media_type is not None:
        imports = ["from pathlib import Path", "", *imports]
        arguments.append(f'content=Path("{call.file}").read_bytes()')
        if call.media_type != ANY_TYPE:
            arguments.append(f'content_type="{call.media_type}"')
    variable = "url" if route.declared.status == _REDIRECT else "result"
    opening = f"{variable} = {client}.{route.declared.sdk}("
    one_line = f"{opening}{', '.join(arguments)})"
    if len(one_line) > _WIDTH or "\n" in one_line:
        one_line = "\n".join([opening, *(f"    {argument}," for argument in arguments), ")"])
    after = route.declared.shown.python
    return "\n".join(
        [*imports, "", f"{client} = {name}()", "", one_line, *([after] if after else [])]
    )


def _is_list(route: Route) -> bool:
    return getattr(route.returns, "__origin__", None) is not None and "Page[" in str(route.returns)


def _braced(entries: list[str]) -> str:
    """Write an object of TypeScript on one line if it is short."""
    short = f"{{ {', '.join(entries)} }}"
    if len(short) <= _WIDTH - 40 and "\n" not in short:
        return short
    return "\n".join(["{", *(f"  {entry}," for entry in entries), "}"])


def _literal(value: Any, language: Literal["typescript", "python"], depth: int) -> str:
    """Write a value of JSON in a language; ``depth`` says how far what it is in is indented."""
    step = "  " if language == "typescript" else "    "
    if isinstance(value, dict) and value:
        entries = [
            (_typescript_key(key) if language == "typescript" else _json_text(key))
            + f": {_literal(inner, language, depth + 1)}"
            for key, inner in value.items()
        ]
        opening, closing = ("{ ", " }") if language == "typescript" else ("{", "}")
    elif isinstance(value, list) and value:
        entries = [_literal(inner, language, depth + 1) for inner in value]
        opening, closing = "[", "]"
    else:
        text = _json_text(value)
        return _PYTHON_WORDS.get(text, text) if language == "python" else text
    short = f"{opening}{', '.join(entries)}{closing}"
    if len(short) <= _WIDTH - len(step) * depth - 20 and "\n" not in short:
        return short
    inner_lines = "".join(f"{step * (depth + 1)}{entry},\n" for entry in entries)
    return f"{opening.strip()}\n{inner_lines}{step * depth}{closing.strip()}"


def _typescript_key(key: str) -> str:
    return key if _IDENTIFIER.fullmatch(key) else _json_text(key)


def _json(value: Any) -> str:
    """Write JSON on one line if it is short."""
    text = _json_text(value)
    return text if len(text) <= _WIDTH else json.dumps(value, indent=2, ensure_ascii=False)


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json_text(value)


def _argument(header: str) -> str:
    """Return the name of the argument that a method has for a header: ``worker_id`` of ``X-Worker-Id``."""
    return header.removeprefix("X-").lower().replace("-", "_")


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: f"_{match[1].lower()}", name)
