"""Methods of Python, with their docstrings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tools.sdk.apis import AUTHORITY, ERRORS, OPTIONS
from tools.sdk.names import rename_code
from tools.sdk.prose import docstring, of_pages, sentence, wrapped
from tools.sdk.python_types import Imports, annotation, quoted

if TYPE_CHECKING:
    from tools.sdk.model import Argument, Method

_OPTIONS: Final = ("idempotency_key", "organization", "timeout", "max_retries", "extra_headers")


@dataclass(frozen=True)
class Flavour:
    """Whether code is synchronous or asynchronous, and what follows."""

    prefix: str
    client: str
    raw: str
    page: str
    content: str
    of_pages: str
    is_async: bool


FLAVOURS: Final = (
    Flavour(
        prefix="",
        client="SyncClient",
        raw="raw",
        page="Page",
        content="UploadContent",
        of_pages="A page of items; iterate over it to read all pages.",
        is_async=False,
    ),
    Flavour(
        prefix="Async",
        client="AsyncClient",
        raw="async_raw",
        page="AsyncPages",
        content="AsyncUploadContent",
        of_pages="A list: `await` it for one page, `async for` over it to read all pages.",
        is_async=True,
    ),
)


def operation(method: Method, imports: Imports) -> str:
    """Return the constant that says what a method requests."""
    imports.add("layers_partner.core.operations", "Operation")
    values = ", ".join(map(quoted, (method.sdk, method.http_method, method.path)))
    return f"{_constant(method)} = Operation({values})"


def _constant(method: Method) -> str:
    return f"_{method.name.upper()}"


def method(
    method: Method, flavour: Flavour, imports: Imports, key: str, client: str = "self._client"
) -> str:
    """Return a method of a resource, or of the client itself."""
    imports.add_type("typing", "Unpack")
    imports.add_type("layers_partner.options", OPTIONS[key])
    types = f"layers_partner.{key}.types"
    signature = ["self"]
    for argument in method.arguments_in("path"):
        signature.append(
            f"{argument.name}: {annotation(argument.shape, imports, sent=True, types=types)}"
        )
    others = method.arguments_in("query", "header", "body", "content")
    if others:
        signature.append("*")
    signature += [_keyword(argument, flavour, imports, types) for argument in others]
    signature.append(f"**options: Unpack[{OPTIONS[key]}]")
    answer = annotation(method.shape, imports, sent=False, types=types)
    if method.answer == "page":
        imports.add_type("layers_partner.pages", flavour.page)
        answer = f"{flavour.page}[{answer}]"
    awaits = flavour.is_async and method.answer != "page"
    lines = [
        f"    {'async ' if awaits else ''}def {method.name}({', '.join(signature)}) -> {answer}:",
        docstring(_docstring(method, flavour, key), 8),
        *_body(method, answer, client, "await " if awaits else ""),
        "",
    ]
    return "\n".join(lines)


def _keyword(argument: Argument, flavour: Flavour, imports: Imports, types: str) -> str:
    if argument.name == "content" and argument.place == "content":
        imports.add_type("layers_partner.options", flavour.content)
        return f"content: {flavour.content}"
    kind = annotation(argument.shape, imports, sent=True, types=types)
    if argument.required:
        return f"{argument.name}: {kind}"
    imports.add_type("layers_partner.options", "NotGiven")
    imports.add("layers_partner.options", "NOT_GIVEN")
    # None comes last, where everybody looks for it.
    without_null = kind.removesuffix(" | None")
    null = " | None" if without_null != kind else ""
    return f"{argument.name}: {without_null} | NotGiven{null} = NOT_GIVEN"


def _body(method: Method, answer: str, client: str, wait: str) -> list[str]:
    call = [_constant(method), _mapping(method.arguments_in("path"))]
    if query := method.arguments_in("query"):
        call.append(f"query={_mapping(query)}")
    if headers := method.arguments_in("header"):
        call.append(f"headers={_mapping(headers)}")
    if method.has_body:
        repeated = [one for one in method.arguments_in("path") if one.also_in_body]
        call.append(f"body={_mapping([*repeated, *method.arguments_in('body')])}")
    if method.media_types:
        several = len(method.media_types) > 1
        content_type = "content_type" if several else quoted(method.media_types[0])
        call += ["content=content", f"content_type={content_type}"]
    arguments = ", ".join([*call, "options=options"])
    if method.answer == "page":
        return [f"        return {client}._list({arguments})"]
    if method.answer == "location":
        return [f"        return {wait}{client}._locate({arguments})"]
    name = "_upload" if method.media_types else "_call"
    return [
        f"        answer: {answer} = {wait}{client}.{name}({arguments})",
        "        return answer",
    ]


def _mapping(arguments: list[Argument]) -> str:
    pairs = ", ".join(f"{quoted(one.wire_name)}: {one.name}" for one in arguments)
    return f"{{{pairs}}}"


def _docstring(method: Method, flavour: Flavour, key: str) -> list[str]:
    renamed = {one.wire_name: one.name for one in method.arguments if one.wire_name}

    def prose(text: str) -> str:
        return rename_code(sentence(text), renamed)

    lines = wrapped(prose(method.summary), 8)
    if method.description:
        lines += ["", *wrapped(prose(method.description), 8)]
    lines += ["", *wrapped(_request(method, key), 8), "", "Args:"]
    for argument in method.arguments:
        says = prose(argument.description)
        lines += wrapped(f"{argument.name}: {says}", 8, "    ", " " * 8)
    names = [name for name in _OPTIONS if _has_option(method, key, name)]
    listed = ", ".join(f"`{name}`" for name in names)
    lines += wrapped(f"**options: {listed}.", 8, "    ", " " * 8)
    returns = prose(method.answer_description)
    if method.answer == "page":
        returns = of_pages(flavour.of_pages, returns)
    lines += ["", "Returns:", *wrapped(returns or "What the route answers.", 8, "    ", "    ")]
    raises = [(ERRORS[code], when) for code, when in method.errors if code in ERRORS]
    raises = [one for one in raises if one[0] != "PayloadTooLargeError" or method.media_types]
    if raises:
        lines += ["", "Raises:"]
        for name, when in sorted(raises):
            lines += wrapped(f"{name}: {prose(when)}", 8, "    ", " " * 8)
    return lines


def _has_option(method: Method, key: str, name: str) -> bool:
    """Check whether an option has a meaning: a read is never remembered, and an operator acts for nobody."""
    if name == "idempotency_key":
        return method.http_method != "GET"
    return name != "organization" or key == "partner"


def _request(method: Method, key: str) -> str:
    needs = f", with the {AUTHORITY[key]} `{method.access}`" if method.access else ""
    return f"`{method.http_method} {method.path}`{needs}."
