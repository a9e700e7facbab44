"""Results of tools: the JSON as the API sends it, and what else a model has to know of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mcp import types

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_RESULT_BYTES: Final = 40_000
"""What fits, of JSON, in one result: some ten thousand tokens."""


def json_of(value: object) -> str:
    """Write JSON in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def size_of(value: object) -> int:
    """Return the bytes that a value takes as JSON."""
    return len(json_of(value).encode(errors="replace"))


def result_of(
    value: dict[str, Any], notes: Sequence[str], secret: str, *, is_error: bool = False
) -> types.CallToolResult:
    """Return the result that says a value, for programs and as text, and then the notes.

    Args:
        value: what the API has answered, or an error.
        notes: sentences beside it.
        secret: the key, which no result holds, whatever a server sends.
        is_error: whether it is one that the model should act on.
    """
    text = json_of(value)
    if secret and secret in text:
        text = text.replace(secret, "****")
        value = json.loads(text)
    # Halves of surrogate pairs, which JSON may name and UTF-8 cannot write.
    if not _is_text(text):
        text = json.dumps(value, separators=(",", ":"))
        value = {"text": text}
    texts = [text, *notes]
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=each) for each in texts],
        structured_content=value,
        is_error=is_error,
    )


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
