"""What the libraries are made of: resources, their methods and types, as an OpenAPI document describes them.

Every decision about the libraries that is the same in both languages is made here; the emitters only write it down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from tools.sdk.names import OPTIONS, camel, is_member, snake
from tools.sdk.shapes import CannotExpress, Json, Shape

Place: TypeAlias = Literal["path", "query", "header", "body", "content"]
Answer: TypeAlias = Literal["object", "page", "location"]

# Paths begin with the prefix of their API. Others, such as `/healthz`, are for machines and have no method.
PREFIXES = {"partner": "/v1/", "operator_api": "/ops/v1/"}


@dataclass(frozen=True)
class Property:
    """A member of an object, by its name on the wire."""

    name: str
    shape: Shape
    required: bool
    description: str


@dataclass(frozen=True)
class Structure:
    """An object with a name."""

    name: str
    description: str
    properties: tuple[Property, ...]
    is_sent: bool
    """Whether callers send it and never get it."""


@dataclass(frozen=True)
class TaggedUnion:
    """A name for one of several objects, each of which says in the same member which of them it is."""

    name: str
    description: str
    members: tuple[str, ...]
    """Their names."""


@dataclass(frozen=True)
class Argument:
    """An argument of a method: where it goes, by which name, and what the caller has to know of it."""

    name: str
    """In snake_case."""
    wire_name: str
    place: Place
    shape: Shape
    required: bool
    description: str
    also_in_body: bool = False
    """Whether the body of the request repeats what the path says."""


@dataclass(frozen=True)
class Method:
    """One route, as a method of a resource."""

    sdk: str
    """Its whole name, with dots."""
    http_method: str
    path: str
    summary: str
    description: str
    access: str
    """The scope or role that it needs; empty when any key will do."""
    arguments: tuple[Argument, ...]
    answer: Answer
    shape: Shape
    """Of the answer, or of an item of the page."""
    answer_description: str
    errors: tuple[tuple[str, str], ...]
    """Codes that it may answer, and when."""
    media_types: tuple[str, ...] = ()
    """Of what it uploads."""
    has_body: bool = False

    @property
    def name(self) -> str:
        """The last part of its name."""
        return self.sdk.rpartition(".")[2]

    def arguments_in(self, *places: Place) -> list[Argument]:
        """Return the arguments that go to these places, in their order."""
        return [argument for argument in self.arguments if argument.place in places]


@dataclass
class Resource:
    """A group of methods, and the resources inside it."""

    path: tuple[str, ...]
    methods: dict[str, Method] = field(default_factory=dict)
    children: dict[str, Resource] = field(default_factory=dict)

    def all(self) -> list[Resource]:
        """Return this resource and all below it."""
        return [self, *(one for child in self.children.values() for one in child.all())]


@dataclass(frozen=True)
class Api:
    """One client: its resources (the root has the methods without a dot), and the types that they speak of."""

    key: str
    root: Resource
    structures: tuple[Structure, ...]
    unions: tuple[TaggedUnion, ...]
    """Of those objects; nothing that is sent has one."""


def resources_of(methods: list[Method]) -> Resource:
    """Put methods into a tree of resources by their names.

    Raises:
        CannotExpress: two methods have one name, a name is that of a method and of a resource, or one that neither
            language can call so.
    """
    root = Resource(())
    for method in sorted(methods, key=lambda method: method.sdk):
        *path, name = method.sdk.split(".")
        resource = root
        for part in path:
            _check_member(part, method)
            resource = resource.children.setdefault(part, Resource((*resource.path, part)))
        _check_member(name, method)
        if name in resource.methods:
            raise CannotExpress(
                f"{method.sdk}: {_route(method)} and {_route(resource.methods[name])}"
                " have the same x-sdk"
            )
        resource.methods[name] = method
    for resource in root.all():
        if both := sorted(resource.methods.keys() & resource.children.keys()):
            name = ".".join((*resource.path, both[0]))
            raise CannotExpress(f"{name}: it is the name of a method and of a resource")
        members = [*resource.methods, *resource.children]
        if len({camel(name) for name in members}) < len(members):
            raise CannotExpress(f"{'.'.join(resource.path)}: two members look alike in TypeScript")
    return root


def _check_member(name: str, method: Method) -> None:
    if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name):
        raise CannotExpress(f"{_route(method)}: {method.sdk!r} is no name in snake_case with dots")
    if not is_member(name):
        raise CannotExpress(f"{_route(method)}: {name!r} in {method.sdk!r} is a reserved word")


def without_clashes(arguments: list[Argument], where: str) -> tuple[Argument, ...]:
    """Return the arguments of a method, each name once.

    What the path says is left out elsewhere; where the body has to repeat it, the library does.

    Raises:
        CannotExpress: two have the same name, or one has a name that TypeScript would write otherwise than the
            wire, or one of an option that every call has.
    """
    kept: dict[str, Argument] = {}
    for argument in arguments:
        name = argument.name
        if argument.place in ("query", "body") and argument.wire_name != camel(argument.wire_name):
            raise CannotExpress(f"{where}: {argument.wire_name!r} is not in camelCase")
        if name in OPTIONS:
            raise CannotExpress(f"{where}: the argument {name!r} is an option of every call")
        if (first := kept.get(name)) is None:
            kept[name] = argument
        elif first.place != "path" or argument.wire_name != first.wire_name:
            raise CannotExpress(
                f"{where}: {name!r} is in the {first.place} and in the {argument.place}"
            )
        elif argument.place == "body" and argument.required:
            kept[name] = replace(first, also_in_body=True)
    return tuple(kept.values())


def header_argument(parameter: Json) -> str:
    """Return the name of the argument for a header, such as ``worker_id`` for ``X-Worker-Id``."""
    return snake(str(parameter["name"]).removeprefix("X-"))


def _route(method: Method) -> str:
    return f"{method.http_method} {method.path}"
