"""Writes the Python library's resources and types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.sdk import python_methods as methods
from tools.sdk.additions import ADDITIONS, members_of
from tools.sdk.apis import CLASSES, CLIENTS, TITLES
from tools.sdk.names import class_of
from tools.sdk.prose import docstring, sentence, wrapped
from tools.sdk.python_types import HEAD, Imports, annotation, quoted
from tools.sdk.shapes import names_in

if TYPE_CHECKING:
    from tools.sdk.model import Api, Resource, Structure, TaggedUnion

# The core's methods begin with an underscore: they are for generated code, not for users.
_PYRIGHT = "# pyright: reportPrivateUsage=false\n"


def write_python(api: Api) -> dict[str, str]:
    """Return the modules of one API by their paths below ``layers_partner/``."""
    files = {
        f"{api.key}/__init__.py": f'{HEAD}"""Methods and types of {TITLES[api.key]}."""\n',
        f"{api.key}/resources/__init__.py": f'{HEAD}"""Resources of {TITLES[api.key]}."""\n',
        f"{api.key}/types.py": _types_module(api),
        f"{api.key}/client.py": _client_module(api),
    }
    for resource in api.root.all():
        if resource.path:
            path = f"{api.key}/resources/{'_'.join(resource.path)}.py"
            files[path] = _resource_module(api, resource)
    return files


def _types_module(api: Api) -> str:
    imports = Imports(lazy=False)
    imports.add("typing", "TypedDict")
    defined: set[str] = set()
    texts = []
    for structure in api.structures:
        texts.append(_structure(structure, imports, defined))
        defined.add(structure.name)
    texts += [_union(union, imports) for union in api.unions]
    title = docstring([f"Objects of {TITLES[api.key]}, as they are on the wire."], 0)
    body = "\n\n\n".join(texts)
    return f"{HEAD}{title}\n\n{imports.text()}\n\n\n{body}\n"


def _structure(structure: Structure, imports: Imports, defined: set[str]) -> str:
    lines = [
        f"class {structure.name}(TypedDict):",
        docstring(_summed_up(sentence(structure.description) or f"{structure.name}."), 4),
        "",
    ]
    for member in structure.properties:
        kind = annotation(member.shape, imports, sent=structure.is_sent)
        if names_in(member.shape) - defined:
            kind = quoted(kind)
        if not member.required:
            imports.add("typing", "NotRequired")
            kind = f"NotRequired[{kind}]"
        lines.append(f"    {member.name}: {kind}")
        if member.description:
            lines.append(docstring(wrapped(sentence(member.description), 4), 4))
    return "\n".join(lines)


def _union(union: TaggedUnion, imports: Imports) -> str:
    imports.add("typing", "TypeAlias")
    says = docstring(wrapped(sentence(union.description) or f"{union.name}.", 0), 0)
    return f"{union.name}: TypeAlias = {' | '.join(union.members)}\n{says}"


def _summed_up(text: str) -> list[str]:
    """Return the lines of a docstring: where one is not enough, the first sentence stands apart."""
    lines = wrapped(text, 4)
    first, found, rest = text.partition(". ")
    return lines if len(lines) == 1 or not found else wrapped(f"{first}.\n\n{rest}", 4)


def _resource_module(api: Api, resource: Resource) -> str:
    imports = Imports()
    name = class_of(resource.path)
    addition = ADDITIONS[api.key].get(".".join(resource.path))
    classes = []
    for flavour in methods.FLAVOURS:
        if addition is not None:
            base = f"{flavour.prefix}{addition.python_class}"
            imports.add(addition.python_module, base)
        else:
            base = f"{flavour.prefix}Resource"
            imports.add("layers_partner.resource", base)
        says = f"Methods of `{CLIENTS[api.key]}.{'.'.join(resource.path)}`."
        classes.append(
            "\n".join(
                [
                    f"class {flavour.prefix}{name}({base}):",
                    docstring([says], 4),
                    "",
                    _children(api, resource, flavour, imports),
                    _with_raw_response(
                        f"{flavour.prefix}{class_of(resource.path, raw=True)}", imports
                    ),
                    *(
                        methods.method(m, flavour, imports, api.key)
                        for m in resource.methods.values()
                    ),
                ]
            )
        )
        classes.append(_raw_class(api, resource, flavour, imports))
    operations = "\n".join(methods.operation(m, imports) for m in resource.methods.values())
    title = docstring([f"Generated methods of `{CLIENTS[api.key]}.{'.'.join(resource.path)}`."], 0)
    body = "\n\n\n".join(classes)
    return f"{HEAD}{_PYRIGHT}{title}\n\n{imports.text()}\n\n{operations}\n\n\n{body}\n"


def _children(
    api: Api, resource: Resource, flavour: methods.Flavour, imports: Imports, *, raw: bool = False
) -> str:
    """Return the properties for the resources inside one, which are imported when they are first used."""
    texts = []
    for name, child in resource.children.items():
        imports.add("functools", "cached_property")
        module = f"layers_partner.{api.key}.resources.{'_'.join(child.path)}"
        kind = f"{flavour.prefix}{class_of(child.path, raw=raw)}"
        imports.add_type(module, kind)
        path = f"`{CLIENTS[api.key]}.{'.'.join(child.path)}`"
        if raw:
            says = [f"{path}, whose methods return whole responses."]
            lines = [f"        return self._resource.{name}.with_raw_response"]
        else:
            listed = ", ".join(f"`{name}`" for name in members_of(api, child))
            says = [f"{path}.", "", *wrapped(f"Has {listed}.", 8)]
            client = "self" if not resource.path else "self._client"
            lines = [f"        from {module} import {kind}", "", f"        return {kind}({client})"]
        texts += [
            "    @cached_property",
            f"    def {name}(self) -> {kind}:",
            docstring(says, 8),
            *lines,
            "",
        ]
    return "\n".join(texts)


def _with_raw_response(raw: str, imports: Imports) -> str:
    imports.add("functools", "cached_property")
    return "\n".join(
        [
            "    @cached_property",
            f"    def with_raw_response(self) -> {raw}:",
            '        """The same methods, returning whole responses: status, headers, request id, data."""',
            f"        return {raw}(self)",
            "",
        ]
    )


def _raw_class(
    api: Api, resource: Resource, flavour: methods.Flavour, imports: Imports, owner: str = ""
) -> str:
    """Return the class whose methods are those of a resource, but for what they return."""
    name = f"{owner}Raw" if owner else f"{flavour.prefix}{class_of(resource.path, raw=True)}"
    owner = owner or f"{flavour.prefix}{class_of(resource.path)}"
    path = ".".join((CLIENTS[api.key], *resource.path))
    lines = [
        f"class {name}:",
        docstring([f"Methods of `{path}` that return whole responses."], 4),
        "",
        f"    def __init__(self, resource: {owner}) -> None:",
        "        self._resource = resource",
    ]
    for name in resource.methods:
        imports.add("layers_partner.responses", flavour.raw)
        lines.append(f"        self.{name} = {flavour.raw}(resource.{name})")
    return "\n".join([*lines, "", _children(api, resource, flavour, imports, raw=True)]).rstrip()


def _client_module(api: Api) -> str:
    imports = Imports()
    classes = []
    for flavour in methods.FLAVOURS:
        name = f"{flavour.prefix}{CLASSES[api.key]}"
        imports.add("layers_partner.transport", flavour.client)
        says = f"The resources of a client of {TITLES[api.key]}."
        lines = [
            f"class {name}({flavour.client}):",
            docstring([says], 4),
            "",
            _children(api, api.root, flavour, imports),
            _with_raw_response(f"{name}Raw", imports),
            *(
                methods.method(m, flavour, imports, api.key, client="self")
                for m in api.root.methods.values()
            ),
        ]
        classes.append("\n".join(lines))
        classes.append(_raw_class(api, api.root, flavour, imports, owner=name))
    operations = "\n".join(methods.operation(m, imports) for m in api.root.methods.values())
    title = docstring([f"What a client of {TITLES[api.key]} has."], 0)
    return (
        f"{HEAD}{title}\n\n{imports.text()}\n\n{operations}\n\n\n" + "\n\n\n".join(classes) + "\n"
    )
