"""Methods of TypeScript and the interfaces of their arguments, with their comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.sdk.apis import AUTHORITY, CLIENTS, ERRORS, OPTIONS
from tools.sdk.names import camel, pascal, rename_code
from tools.sdk.prose import jsdoc, of_pages, sentence, wrapped
from tools.sdk.typescript_types import (
    WIDTH,
    Imports,
    flat,
    may_be_left_out,
    member,
    quoted,
    type_of,
)

if TYPE_CHECKING:
    from tools.sdk.model import Api, Argument, Method, Resource

_OF_PAGES: Final = "A list: `await` it for one page, `for await` over it to read all pages."


def path_of(api: Api, resource: Resource) -> str:
    """Return how a resource is written in code."""
    return ".".join((CLIENTS[api.key], *map(camel, resource.path)))


def _params_name(method: Method, resource: Resource) -> str:
    return pascal((*resource.path, method.name, "params"))


def interface(method: Method, resource: Resource, api: Api, imports: Imports, *, types: str) -> str:
    """Return the interface of a method's arguments; nothing when it has none."""
    if not method.arguments:
        return ""
    says = f"Arguments of `{path_of(api, resource)}.{camel(method.name)}`."
    lines = [
        jsdoc(wrapped(says, 3), 0),
        f"export interface {_params_name(method, resource)} {{",
    ]
    for argument in method.arguments:
        lines.append(jsdoc(wrapped(sentence(argument.description), 5), 2))
        name = camel(argument.name)
        if argument.place == "content" and name == "content":
            imports.add_type(f"{types.removesuffix('types.js')}../core/uploads.js", "UploadContent")
            lines.append(member(name, "UploadContent", 2))
        else:
            kind = type_of(argument.shape, imports, sent=True, types=types)
            if argument.required:
                lines.append(member(name, kind, 2))
            else:
                lines.append(member(f"{name}?", may_be_left_out(kind), 2))
    return "\n".join([*lines, "}"])


def method(
    method: Method,
    resource: Resource,
    api: Api,
    imports: Imports,
    types: str,
    source: str,
    client: str,
) -> str:
    """Return a method.

    Args:
        method: what to write.
        resource: where it belongs.
        api: where that belongs.
        imports: what the method needs is added to it.
        types: module of the objects with names.
        source: the way to ``src/``.
        client: what the core is called here.
    """
    options = OPTIONS[api.key]
    imports.add_type(f"{source}core/options.js", options)
    answer = "PagePromise" if method.answer == "page" else "ApiPromise"
    imports.add_type(f"{source}core/promises.js", answer)
    returns = f"{answer}<{flat(type_of(method.shape, imports, sent=False, types=types))}>"
    parameters = [f"options?: {options}"]
    if method.arguments:
        name = _params_name(method, resource)
        required = any(one.required for one in method.arguments)
        parameters.insert(0, f"params: {name}" if required else f"params: {name} = {{}}")
    lines = [jsdoc(_comment(method, api), 2), *_signature(camel(method.name), parameters, returns)]
    verb = {"page": "list", "location": "locate"}.get(method.answer, "call")
    call = f"{client}.{'upload' if method.media_types else verb}"
    lines += _call(call, _operation(method), "params" if method.arguments else "{}")
    return "\n".join([*lines, "  }"])


def _signature(name: str, parameters: list[str], returns: str) -> list[str]:
    line = f"  {name}({', '.join(parameters)}): {returns} {{"
    if len(line) <= WIDTH:
        return [line]
    return [f"  {name}(", *(f"    {one}," for one in parameters), f"  ): {returns} {{"]


def _call(call: str, operation: list[str], params: str) -> list[str]:
    one_line = f"{{ {', '.join(operation)} }}"
    line = f"    return {call}({one_line}, {params}, options);"
    if len(line) <= WIDTH:
        return [line]
    if len(one_line) + 7 <= WIDTH:
        arguments = [f"      {one_line},"]
    else:
        arguments = ["      {", *(f"        {one}," for one in operation), "      },"]
    return [f"    return {call}(", *arguments, f"      {params},", "      options,", "    );"]


def _operation(method: Method) -> list[str]:
    """Return the members of the literal from which the core makes a request."""
    members = [
        f"name: {quoted(method.sdk)}",
        f"method: {quoted(method.http_method)}",
        f"path: {quoted(method.path)}",
    ]
    query = method.arguments_in("query")
    if query and method.http_method != "GET":
        members.append(f"query: {_names(query)}")
    if repeated := [one for one in method.arguments_in("path") if one.also_in_body]:
        members.append(f"alsoInBody: {_names(repeated)}")
    if headers := method.arguments_in("header"):
        pairs = ", ".join(f"{camel(one.name)}: {quoted(one.wire_name)}" for one in headers)
        members.append(f"headers: {{ {pairs} }}")
    if len(method.media_types) == 1:
        members.append(f"contentType: {quoted(method.media_types[0])}")
    return members


def _names(arguments: list[Argument]) -> str:
    return f"[{', '.join(quoted(one.wire_name) for one in arguments)}]"


def _comment(method: Method, api: Api) -> list[str]:
    renamed = {one.wire_name: camel(one.name) for one in method.arguments if one.wire_name}
    lines = wrapped(sentence(method.summary), 5)
    if method.description:
        lines += ["", *wrapped(rename_code(method.description, renamed), 5)]
    needs = f", with the {AUTHORITY[api.key]} `{method.access}`" if method.access else ""
    lines += ["", *wrapped(f"`{method.http_method} {method.path}`{needs}.", 5), ""]
    # What begins with @ is a tag to editors.
    lines = [f"\\{line}" if line.startswith("@") else line for line in lines]
    returns = sentence(method.answer_description) or "What the route answers."
    if method.answer == "page":
        returns = of_pages(_OF_PAGES, returns)
    lines += wrapped(returns, 5, "@returns ", "  ")
    raises = [(ERRORS[code], when) for code, when in method.errors if code in ERRORS]
    raises = [one for one in raises if one[0] != "PayloadTooLargeError" or method.media_types]
    for name, when in sorted(raises):
        lines += wrapped(sentence(when), 5, f"@throws {{{name}}} ", "  ")
    return lines
