"""Other people's text on a terminal: it shows as it is, and what a terminal would obey becomes visible instead.

That is: control characters (C0, DEL, C1), the marks that turn the direction of writing, the separators of lines and
paragraphs, and halves of surrogate pairs, which no encoding has. Letters of all scripts stay as they are.
"""

from __future__ import annotations

import json
import re

_BEYOND_ASCII = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_OBEYED = re.compile(f"[\x00-\x1f{_BEYOND_ASCII}]")
_OBEYED_IN_LINES = re.compile(f"[\x00-\x08\x0b-\x1f{_BEYOND_ASCII}]")
_OBEYED_IN_JSON = re.compile(f"[{_BEYOND_ASCII}]")


def visible(text: str) -> str:
    r"""Write what a terminal would obey as an escape, such as ``\x1b`` or ``\u202e``; gives one line."""
    return _OBEYED.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Do the same to text of several lines, as a traceback is: line breaks and tabs stay."""
    return _OBEYED_IN_LINES.sub(_escape, text)


def json_text(value: object, encoding: str = "utf-8", indent: int | None = 2) -> str:
    r"""Write JSON that a terminal may show: the same value, with ``\u`` escapes for what it would obey.

    Args:
        value: what to write.
        encoding: of where it goes; what that does not have is escaped too.
        indent: how far each level is moved in; None for all in one line.
    """
    text = _OBEYED_IN_JSON.sub(
        _escape_in_json, json.dumps(value, indent=indent, ensure_ascii=False)
    )
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def encodable(text: str, encoding: str) -> str:
    r"""Replace what an encoding does not have by an escape, such as ``\xe9``."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def _escape_in_json(match: re.Match[str]) -> str:
    # Outside strings JSON has none of these, and all of them are in the first plane.
    return f"\\u{ord(match[0]):04x}"
