"""All tools with their routes, and which of them a server has."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from partner_api.api_keys import routes as api_keys
from partner_api.audit import routes as audit
from partner_api.cash import routes as cash
from partner_api.content import routes as content_routes
from partner_api.credits import reservation_routes
from partner_api.credits import routes as credit_routes
from partner_api.jobs import routes as jobs
from partner_api.lease_requests import routes as lease_requests
from partner_api.leases import routes as lease_routes
from partner_api.mcp.tool import DEFAULT_TOOLSETS, BoundTool
from partner_api.mcp.tools import content, core, credits, leases
from partner_api.organizations import routes as organizations
from partner_api.projects import routes as projects
from partner_api.social_accounts import routes as social_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partner_api.edge.route import Route
    from partner_api.mcp.tool import Tool, Toolset

# Not all of the application, whose pages and workers would take seconds to import.
_ROUTES: Final = (
    api_keys.routes,
    audit.routes,
    cash.routes,
    content_routes.routes,
    credit_routes.routes,
    jobs.routes,
    lease_requests.routes,
    lease_routes.routes,
    organizations.routes,
    projects.routes,
    reservation_routes.routes,
    social_accounts.routes,
)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which tools a server has.

    Attributes:
        toolsets: whose.
        read_only: only those that change nothing, whatever else is allowed.
        allow_money: also those after which somebody may pay more.
    """

    toolsets: Sequence[Toolset] = DEFAULT_TOOLSETS
    read_only: bool = False
    allow_money: bool = False

    def offers(self, bound: BoundTool) -> bool:
        """Return whether a tool is there."""
        return self.reason_against(bound) is None

    def reason_against(self, bound: BoundTool) -> str | None:
        """Return how a server is started that has the tool, for a sentence; None when this one has it."""
        tool = bound.tool
        changes = []
        if self.read_only and bound.route.writes:
            changes.append("without --read-only")
        if tool.moves_money and not self.allow_money:
            changes.append("with --allow-money")
        if tool.toolset not in self.toolsets:
            changes.append(f"with --toolsets {','.join([*self.toolsets, tool.toolset])}")
        return " and ".join(changes) or None


def _bound(tools: Sequence[Tool]) -> Iterator[BoundTool]:
    routes: dict[str, Route] = {route.declared.sdk: route for route in chain.from_iterable(_ROUTES)}
    for tool in tools:
        yield BoundTool(tool, routes[tool.sdk])


ALL_TOOLS: Final = tuple(_bound((*core.TOOLS, *leases.TOOLS, *credits.TOOLS, *content.TOOLS)))
