"""Where the page of a route is, and what stands above it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from partner_api.edge.route import Route

INDEX = "/docs"
OPERATOR = f"{INDEX}/operator"
SERVER = f"{INDEX}/server"


class Place(msgspec.Struct, frozen=True):
    """The address of a page, and the names of the folders that it is in, with their addresses."""

    path: str
    folders: tuple[tuple[str, str], ...]


def place_of(route: Route) -> Place:
    """Return where the page of a route is: by its method in the libraries, or by its handler if it has none."""
    kind = route.declared.access.kind
    if kind == "public":
        return Place(f"{SERVER}/{kebab(route.handler.__name__)}", (("Server", SERVER),))
    *resources, method = route.declared.sdk.split(".")
    path = OPERATOR if kind == "operator" else INDEX
    folders = [("Operator", OPERATOR)] if kind == "operator" else []
    for resource in resources:
        path = f"{path}/{kebab(resource)}"
        folders.append((title_of(resource), path))
    return Place(f"{path}/{kebab(method)}", tuple(folders))


def title_of(resource: str) -> str:
    """Return the name of a resource as a title."""
    return resource.replace("_", " ").capitalize().replace("Api", "API")


def kebab(name: str) -> str:
    """Return a name with hyphens between its words, as addresses have it."""
    return re.sub(r"[_ ]+", "-", name).lower()


def camel_case(name: str) -> str:
    """Return a name of Python as TypeScript and JSON have it."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
