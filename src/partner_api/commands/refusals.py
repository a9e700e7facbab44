"""What a server answers without success, in lines for a person; its content is data."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from partner_api.visible_text import json_text, visible

if TYPE_CHECKING:
    from layers_partner import APIConnectionError, APIError

# Its words for whatever the system says of a connection.
_OF_ASYNCIO = "Connect call failed"


def lines_of_refusal(error: APIError, *advice: str) -> list[str]:
    """Format an error of the API, each of its parts on a line; none when the answer is not one of the API.

    Args:
        error: of the library.
        advice: what to do about it, each a line before the id of the request.
    """
    if not (error.code and error.request_id):
        return []
    try:
        lines = [visible(f"{error.code}: {error.message}")]
        details: dict[str, Any] = dict(error.details)
        lines += [
            visible(f"{issue['path'] or 'the request'}: {issue['message']}")
            for issue in details.pop("issues", [])
        ]
        if details:
            lines.append(json_text(details, indent=None))
    except (AttributeError, KeyError, TypeError):
        return []
    return [*lines, *advice, visible(f"request {error.request_id}")]


def foreign_answer(error: APIError, variable: str) -> str:
    """Return the sentence about an answer that the API would not give.

    Args:
        error: of the library.
        variable: in which the address of the server is.
    """
    return f"The server answered {error.status}, and not as its API does. Is {variable} right?"


def reason_of(error: APIConnectionError | Exception) -> str:
    """Return why there was no answer, in a few words without a dot at their end."""
    cause = error.__cause__ or error
    told = str(cause)
    # What the system said is below what libraries make of it.
    below: BaseException | None = cause
    while below is not None:
        if isinstance(below, OSError) and below.strerror:
            told = below.strerror
            if below.errno and told.startswith(_OF_ASYNCIO):
                told = os.strerror(below.errno)
        parts = below.exceptions if isinstance(below, BaseExceptionGroup) else ()
        below = parts[0] if parts else below.__cause__ or below.__context__
    # Without the number of the system error; a time limit has no message of its own.
    reason = re.sub(r"^\[Errno -?\d+\] ", "", told).rstrip(".")
    return visible(reason) or type(cause).__name__
