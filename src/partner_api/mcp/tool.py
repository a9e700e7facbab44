"""What is declared of a tool beyond its route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partner_api.edge.route import Route

Toolset = Literal["core", "leases", "credits", "content"]
TOOLSETS: Final[tuple[Toolset, ...]] = get_args(Toolset)
DEFAULT_TOOLSETS: Final[tuple[Toolset, ...]] = ("core", "leases")
IDEMPOTENCY_KEY: Final = "idempotencyKey"


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """One tool.

    Attributes:
        name: a verb and a noun, in snake_case.
        title: for people.
        description: for models: what it does, the units, when to take another.
        sdk: the method of the client library, which names the route.
        toolset: where it belongs.
        arguments: descriptions of arguments that say more here than their types do, by name.
        moves_money: after it somebody may pay more: it is there only when money is allowed, and has to be named by an
            idempotency key.
        destructive: it overwrites or ends something, or spends what does not come back.
        idempotent: the same call again changes nothing more.
        open_world: it has something fetched that is not the API's own.
    """

    name: str
    title: str
    description: str
    sdk: str
    toolset: Toolset
    arguments: Mapping[str, str] = {}
    moves_money: bool = False
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = False


class BoundTool(msgspec.Struct, frozen=True):
    """A tool with its route."""

    tool: Tool
    route: Any
    """A ``Route``; its class is not one that msgspec knows."""

    @property
    def name(self) -> str:
        """The name by which it is called."""
        return self.tool.name

    @property
    def is_list(self) -> bool:
        """Whether it answers with one page of a list."""
        return self.limit is not None

    @property
    def limit(self) -> int | None:
        """The items on a page that the route takes by default; None of what is no list."""
        route: Route = self.route
        for field in route.query.fields if route.query is not None else ():
            if field.wire_name == "limit":
                return int(field.default)
        return None
