"""Requests that the SDK cannot read, answered all the same.

The SDK leaves out a line that is no JSON to it, and the client would wait for an answer until it gives up. Some of
these lines are requests, in JSON as other languages write it: with half of a surrogate pair (a text that was cut
inside an emoji), with a number of thousands of digits, or with hundreds of lists in each other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pydantic
from mcp import types
from mcp.shared.message import SessionMessage

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mcp.shared._stream_protocols import ReadStream, WriteStream

_NOT_READ: Final = (
    "The request cannot be read as JSON, so nothing was done. It may hold half of an emoji (a lone surrogate), a "
    "number that is too long, or be nested too deep. Correct the arguments, and call again."
)
_MOST_DIGITS: Final = 18


class AnsweredRequests:
    """The stream of what a client sends, where each request that cannot be read is refused.

    Args:
        requests: as the SDK reads them.
        answers: where the refusals go.
    """

    def __init__(
        self,
        requests: ReadStream[SessionMessage | Exception],
        answers: WriteStream[SessionMessage],
    ) -> None:
        self._requests = requests
        self._answers = answers

    async def receive(self) -> SessionMessage | Exception:
        """Return what comes next, after a refusal if it cannot be read."""
        item = await self._requests.receive()
        await self._refuse(item)
        return item

    async def aclose(self) -> None:
        """Close the stream behind this one."""
        await self._requests.aclose()

    def __aiter__(self) -> Self:
        """Go through all that comes."""
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        """Return what comes next, after a refusal if it cannot be read."""
        item = await anext(self._requests)
        await self._refuse(item)
        return item

    async def __aenter__(self) -> Self:
        """Open the stream behind this one."""
        await self._requests.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        """Close the stream behind this one."""
        return await self._requests.__aexit__(kind, error, traceback)

    async def _refuse(self, item: SessionMessage | Exception) -> None:
        if isinstance(item, pydantic.ValidationError) and (number := _id_of(item)) is not None:
            error = types.ErrorData(code=types.PARSE_ERROR, message=_NOT_READ)
            refusal = types.JSONRPCError(jsonrpc="2.0", id=number, error=error)
            await self._answers.send(SessionMessage(refusal))


def _id_of(error: pydantic.ValidationError) -> str | int | None:
    """Return the id of the request in a line that is no JSON to the SDK, if Python can read it."""
    problem = error.errors(include_url=False)[0]
    if problem["type"] != "json_invalid":
        return None
    try:
        message: Any = json.loads(problem["input"], parse_int=_short_number)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return None
    match message.get("id"):
        case bool():
            return None
        case int() as number:
            return number
        # Half of a surrogate pair cannot be written as an answer's id either.
        case str() as name if name.isascii():
            return name
    return None


def _short_number(digits: str) -> int | None:
    """Read a number that an id may be; Python too refuses thousands of digits."""
    return int(digits) if len(digits) <= _MOST_DIGITS else None
