"""Writes the TypeScript library's resources and types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.sdk.additions import ADDITIONS, members_of
from tools.sdk.apis import CLASSES, TITLES
from tools.sdk.names import camel, class_of, kebab
from tools.sdk.prose import jsdoc, sentence, wrapped
from tools.sdk.typescript_methods import interface, method, path_of
from tools.sdk.typescript_types import HEAD, Imports, alias, may_be_left_out, member, type_of

if TYPE_CHECKING:
    from tools.sdk.model import Api, Resource

_FOLDERS: Final = {"partner": "partner", "operator_api": "operator-api"}


def write_typescript(api: Api) -> dict[str, str]:
    """Return the modules of one API by their paths below ``src/``."""
    folder = _FOLDERS[api.key]
    files = {f"{folder}/types.ts": _types_module(api), f"{folder}/index.ts": _index(api)}
    for resource in api.root.all():
        if resource.path:
            path = f"{folder}/resources/{kebab(resource.path)}.ts"
            files[path] = _resource_module(api, resource)
    return files


def _types_module(api: Api) -> str:
    imports = Imports()
    texts = []
    for structure in api.structures:
        lines = [
            jsdoc(wrapped(sentence(structure.description) or f"{structure.name}.", 3), 0),
            f"export interface {structure.name} {{",
        ]
        for one in structure.properties:
            if one.description:
                lines.append(jsdoc(wrapped(sentence(one.description), 5), 2))
            kind = type_of(one.shape, imports, sent=structure.is_sent)
            if structure.is_sent and not one.required:
                kind = may_be_left_out(kind)
            lines.append(member(one.name if one.required else f"{one.name}?", kind, 2))
        texts.append("\n".join([*lines, "}"]))
    for union in api.unions:
        says = wrapped(sentence(union.description) or f"{union.name}.", 3)
        texts.append(f"{jsdoc(says, 0)}\n{alias(union.name, union.members)}")
    return f"{HEAD}\n" + "\n\n".join(texts) + "\n"


def _resource_module(api: Api, resource: Resource) -> str:
    imports = Imports()
    name = class_of(resource.path)
    addition = ADDITIONS[api.key].get(".".join(resource.path))
    if addition is not None:
        base = addition.typescript_class
        imports.add(f"../../{addition.typescript_module}", base)
    else:
        base = "Resource"
        imports.add("../../core/resource.js", base)
    parts = [
        text
        for one in resource.methods.values()
        if (text := interface(one, resource, api, imports, types="../types.js"))
    ]
    members = [
        _child(api, child, imports, "./", "this.client") for child in resource.children.values()
    ]
    members += [
        method(one, resource, api, imports, "../types.js", "../../", "this.client")
        for one in resource.methods.values()
    ]
    parts.append(
        _class(f"{name} extends {base}", f"Methods of `{path_of(api, resource)}`.", members)
    )
    return f"{HEAD}\n{imports.text()}\n\n" + "\n\n".join(parts) + "\n"


def _child(api: Api, child: Resource, imports: Imports, folder: str, client: str) -> str:
    name = class_of(child.path)
    imports.add(f"{folder}{kebab(child.path)}.js", name)
    listed = ", ".join(f"`{camel(one)}`" for one in members_of(api, child))
    says = f"`{path_of(api, child)}`: {listed}."
    line = f"  readonly {camel(child.path[-1])} = new {name}({client});"
    return f"{jsdoc(wrapped(says, 5), 2)}\n{line}"


def _class(head: str, says: str, members: list[str]) -> str:
    body = "\n\n".join(members)
    return f"{jsdoc(wrapped(says, 3), 0)}\nexport class {head} {{\n{body}\n}}"


def _index(api: Api) -> str:
    imports = Imports()
    imports.add("../core/client.js", "BaseClient")
    root = api.root
    parts = [
        text
        for one in root.methods.values()
        if (text := interface(one, root, api, imports, types="./types.js"))
    ]
    members = [
        _child(api, child, imports, "./resources/", "this") for child in root.children.values()
    ]
    members += [
        method(one, root, api, imports, "./types.js", "../", "this")
        for one in root.methods.values()
    ]
    says = f"The resources of a client of {TITLES[api.key]}."
    parts.append(_class(f"{CLASSES[api.key]} extends BaseClient", says, members))
    modules = sorted(kebab(resource.path) for resource in root.all() if resource.path)
    exports = [f'export * from "./resources/{module}.js";' for module in modules]
    listed = "\n".join([*exports, 'export type * from "./types.js";'])
    return f"{HEAD}\n{imports.text()}\n\n{listed}\n\n" + "\n\n".join(parts) + "\n"
