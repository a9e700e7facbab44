"""Calls: from the arguments of a tool to its result, by a method of the client library."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from layers_partner import AsyncLayers, LayersError
from layers_partner.pages import AsyncPage
from layers_partner.responses import async_raw
from partner_api.errors import ApiError
from partner_api.mcp.arguments import read_arguments
from partner_api.mcp.refusals import refused_here, refused_there
from partner_api.mcp.results import LARGEST_RESULT_BYTES, result_of, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp import types

    from partner_api.mcp.tool import BoundTool

KEY_PREFIX: Final = "mcp:"
"""What the idempotency keys of this server begin with, so that they are none of another program's with the same key."""

_TRIES_TO_FIT: Final = 4
_REPLAYED: Final = (
    "This call was made before with the same idempotencyKey: this is its first answer, and "
    "nothing was done now."
)
_SHORTENED: Final = (
    "Not all of the {asked} items that were asked for fit into one answer: these are {shown}. "
    "Go on with the argument cursor, which is nextCursor here."
)
_TOO_LARGE: Final = (
    "The answer is too large to be shown whole ({bytes} bytes), so its largest fields were cut; "
    "`layers mcp` shows at most {most} bytes. A program that uses the API gets all of it."
)


class Caller:
    """Calls the API for tools.

    Args:
        client: of the library; it knows for which organization it acts, and no argument changes that.
        host: of the server, for sentences.
        secret: the key, which must be in no result.
    """

    def __init__(self, client: AsyncLayers, host: str, secret: str) -> None:
        self._client = client
        self._host = host
        self.secret = secret

    async def call(self, bound: BoundTool, given: Mapping[str, Any]) -> types.CallToolResult:
        """Call a tool; a refusal is a result too."""
        try:
            arguments = read_arguments(bound, given)
        except ApiError as error:
            return refused_here(error, self.secret)
        key = (arguments.idempotency_key or str(uuid4())) if bound.route.writes else None
        options = {} if key is None else {"idempotency_key": f"{KEY_PREFIX}{key}"}
        try:
            value, is_replayed = await self._answer(bound, arguments.of_method, options)
            notes = [_REPLAYED] if is_replayed else []
            if size_of(value) > LARGEST_RESULT_BYTES:
                if bound.is_list:
                    value, note = await self._fitting(bound, arguments.of_method, value)
                else:
                    value, note = _cut(value)
                notes.append(note)
        except LayersError as error:
            return refused_there(bound, error, key, self._host, self.secret)
        return result_of(value, notes, self.secret)

    async def _answer(
        self, bound: BoundTool, arguments: Mapping[str, Any], options: Mapping[str, Any]
    ) -> tuple[dict[str, Any], bool]:
        method = attrgetter(bound.tool.sdk)(self._client)
        try:
            answer = await async_raw(method)(**arguments, **options)
        except (TypeError, ValueError) as error:
            # What the library does not send; the sentence is about a value.
            raise _NotSent(str(error)) from None
        is_replayed = answer.headers.get("idempotent-replayed", "").lower() == "true"
        value: Any = answer.data
        if isinstance(value, AsyncPage):
            return {"items": value.items, "nextCursor": value.next_cursor}, is_replayed
        return (value if isinstance(value, dict) else {"value": value}), is_replayed

    async def _fitting(
        self, bound: BoundTool, arguments: Mapping[str, Any], value: dict[str, Any]
    ) -> tuple[dict[str, Any], str]:
        """Ask for fewer items, so that the cursor is behind the last one that is shown."""
        asked = arguments["limit"]
        for tries_left in reversed(range(_TRIES_TO_FIT)):
            count, size = len(value["items"]), size_of(value)
            if count <= 1:
                break
            # Their sizes differ, so a little less than the mean would allow; at last one alone.
            fitting = count * LARGEST_RESULT_BYTES * 9 // (size * 10)
            fewer = max(1, min(count - 1, fitting)) if tries_left else 1
            value, _ = await self._answer(bound, {**arguments, "limit": fewer}, {})
            if size_of(value) <= LARGEST_RESULT_BYTES:
                return value, _SHORTENED.format(asked=asked, shown=len(value["items"]))
        # One that is too large by itself; the cursor is behind it.
        return _cut(value)


class _NotSent(LayersError):
    """The library does not send what it was given."""


def _cut(value: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Cut the largest texts and lists until it fits."""
    note = _TOO_LARGE.format(bytes=f"{size_of(value):,}", most=f"{LARGEST_RESULT_BYTES:,}")
    longest = LARGEST_RESULT_BYTES
    while size_of(value) > LARGEST_RESULT_BYTES and longest > 1:
        longest //= 4
        value = _shortened(value, longest)
    return (value if size_of(value) <= LARGEST_RESULT_BYTES else {}), note


def _shortened(value: Any, longest: int) -> Any:
    match value:
        case str() if len(value) > longest:
            return f"{value[:longest]}…"
        case list():
            return [_shortened(item, longest) for item in value[: max(1, longest // 8)]]
        case dict():
            return {
                name: item if name == "nextCursor" else _shortened(item, longest)
                for name, item in value.items()
            }
    return value
