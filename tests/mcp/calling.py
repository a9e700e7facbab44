"""Tools called through the SDK's client, in this process, with a server of the API behind them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

from mcp import Client

from layers_partner import AsyncLayers
from partner_api.commands.terminal import say
from partner_api.mcp.calls import KEY_PREFIX, Caller
from partner_api.mcp.catalogue import ALL_TOOLS, Choice
from partner_api.mcp.server import build_server
from partner_api.mcp.tool import IDEMPOTENCY_KEY, TOOLSETS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import httpx2
    from mcp.types import CallToolResult

    from partner_api.edge.route import Route

Mode = Literal["legacy", "auto"]
EVERYTHING = Choice(toolsets=TOOLSETS, allow_money=True)
BY_NAME = {bound.name: bound for bound in ALL_TOOLS}
# Of the right form, and nobody's.
KEY = f"lp_live_{'0' * 16}_{'s' * 43}"


@asynccontextmanager
async def connected(
    base_url: str,
    key: str = KEY,
    *,
    choice: Choice = EVERYTHING,
    mode: Mode = "auto",
    **settings: Any,
) -> AsyncIterator[Client]:
    """A client of a server of tools, for as long as the block runs; ``settings`` are of the library's client."""
    async with AsyncLayers(api_key=key, base_url=base_url, **settings) as layers:
        server = build_server(choice, Caller(layers, base_url.rpartition("/")[2], key), say)
        async with Client(server, mode=mode, raise_exceptions=True) as client:
            yield client


def refusal(result: CallToolResult) -> dict[str, Any]:
    """The error that a result is; it is the same for programs and as text."""
    assert result.is_error, result
    text = text_of(result)
    assert result.structured_content is not None
    error: dict[str, Any] = result.structured_content["error"]
    assert set(error) >= {"code", "message", "next"}, error
    assert "Traceback" not in text
    return error


def answer(result: CallToolResult) -> dict[str, Any]:
    """What the API has answered, of a result that is no refusal."""
    assert not result.is_error, result
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def text_of(result: CallToolResult) -> str:
    """All texts of a result."""
    return "\n".join(content.text for content in result.content if content.type == "text")


async def ask_route(
    api: httpx2.AsyncClient, name: str, arguments: Mapping[str, Any], headers: Mapping[str, str]
) -> httpx2.Response:
    """Ask the route of a tool for the same thing, without the tool."""
    route: Route = BY_NAME[name].route
    rest = dict(arguments)
    sent = dict(headers)
    if IDEMPOTENCY_KEY in rest:
        sent["Idempotency-Key"] = KEY_PREFIX + rest.pop(IDEMPOTENCY_KEY)
    path = route.template
    in_body = route.body.struct.__struct_encode_fields__ if route.body is not None else ()
    for parameter in route.path:
        path = path.replace(f"{{{parameter.wire_name}}}", rest[parameter.wire_name])
        if parameter.wire_name not in in_body:
            del rest[parameter.wire_name]
    if route.body is None:
        return await api.request(route.method, path, headers=sent, params=rest)
    return await api.request(route.method, path, headers=sent, json=rest)
