"""Lines that are no messages, answered all the same.

The SDK leaves out a line that is none to it, and the client would wait for an answer until it gives up. Some of these
lines are requests, in JSON as other languages write it: with half of a surrogate pair (a text that was cut inside an
emoji), with a number of thousands of digits, or with hundreds of lists in each other. Others are JSON, and no request
of the protocol.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pydantic
from mcp import types
from mcp.shared.message import SessionMessage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mcp.shared._stream_protocols import WriteStream

_NOT_READ: Final = (
    "The request cannot be read as JSON, so nothing was done. It may hold half of an emoji (a lone surrogate), a "
    "number that is too long, be nested too deep, or be longer than a line may be. Correct the arguments, and call "
    "again."
)
_NO_MESSAGE: Final = (
    "This is no message of JSON-RPC 2.0 as this protocol has them, so nothing was done. A line is one object: "
    '"jsonrpc" is "2.0", "method" a text, "params" an object, and "id" of a request a text or a whole number.'
)
_MOST_DIGITS: Final = 18
# A client that answers each of our refusals with another such line would go on with it for ever.
_MOST_WITHOUT_ID: Final = 10


class ReadableLines:
    """The lines that are messages; of the others, each that is owed an answer is refused.

    Args:
        lines: what a client sends.
    """

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self._answers: asyncio.Future[WriteStream[SessionMessage]] = asyncio.Future()
        self._without_id = 0

    def answer_to(self, answers: WriteStream[SessionMessage]) -> None:
        """Say where refusals go, which is known only when lines are read already."""
        self._answers.set_result(answers)

    async def __aiter__(self) -> AsyncIterator[str]:
        """Go through the messages, after a refusal of what is before them."""
        async for line in self._lines:
            fault = _fault_of(line)
            if fault is None:
                self._without_id = 0
                yield line
            elif self._is_answered(fault):
                error = types.ErrorData(code=fault.code, message=fault.message)
                refusal = types.JSONRPCError(jsonrpc="2.0", id=fault.id, error=error)
                await (await self._answers).send(SessionMessage(refusal))

    def _is_answered(self, fault: _Fault) -> bool:
        if not fault.is_owed_an_answer:
            return False
        self._without_id += fault.id is None
        return fault.id is not None or self._without_id <= _MOST_WITHOUT_ID


class _Fault(NamedTuple):
    """Why a line is no message, and whom to tell."""

    code: int
    message: str
    id: str | int | None
    is_owed_an_answer: bool


def _fault_of(line: str) -> _Fault | None:
    """Return what is wrong with a line; None of a message."""
    code, said = types.INVALID_REQUEST, _NO_MESSAGE
    try:
        read = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
        if not isinstance(read, types.JSONRPCNotification):
            return None
    except pydantic.ValidationError as error:
        if error.errors(include_url=False)[0]["type"] == "json_invalid":
            code, said = types.PARSE_ERROR, _NOT_READ
        read = None
    try:
        message: Any = json.loads(line, parse_int=_short_number)
    except (ValueError, RecursionError):
        return _Fault(code, said, None, bool(line.strip()))
    if not isinstance(message, dict):
        return _Fault(code, said, None, is_owed_an_answer=True)
    # The SDK takes a request whose id is none of the protocol for a notice.
    is_notice = isinstance(message.get("method"), str) and "id" not in message
    if read is not None and is_notice:
        return None
    is_answer = "method" not in message and not message.keys().isdisjoint(("result", "error"))
    return _Fault(code, said, _id_of(message), not is_notice and not is_answer)


def _id_of(message: dict[str, Any]) -> str | int | None:
    """Return the id of a request, if an answer can have it."""
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
