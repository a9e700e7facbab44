"""What the text of JSON says that its value does not: how deep it is, and which keys are there twice.

The next layers cannot hold it, or would silently drop a part of it. So it is looked for before
anything recurses, in one pass over the bytes that calls nothing for each of them.
"""

from __future__ import annotations

import re
from itertools import accumulate
from json import JSONDecoder
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from partner_api.errors import MAX_ISSUES, Issue, shorten
from partner_api.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 64
"""The most lists and objects around a value, the outermost included; of all JSON that is taken."""
TOO_DEEP = f"Expected JSON that is nested at most {MAX_DEPTH} levels deep"
REPEATED = "This key is there more than once in its object; send it once"
SURROGATE = "A string cannot contain half of a surrogate pair; send the whole character"
UNNAMED = "An object in it has a key more than once, or a string half of a surrogate pair"

_OPEN = b"[{"
_CLOSE = b"]}"
# An opening bracket becomes 1, and a closing one what -1 is as a byte.
_STEPS = bytes.maketrans(_OPEN + _CLOSE, b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in _OPEN + _CLOSE)
_HALF = re.compile("[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
# As many as the largest body that fits its schema; beyond them nothing is named.
_MOST_VISITED = 6_000
# How many problems are counted one by one beyond those that are named.
_MOST_COUNTED = 400
_MOST_NAME_CHARACTERS = 100


def structure_of(text: bytes) -> bytes:
    """Return JSON without its strings: brackets, commas, and a colon for each key.

    Of what is not JSON it is right up to the first byte that a parser would refuse.
    """
    # Backslashes go in pairs from the left, so what is left before a quote escapes it.
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in text else text
    return b"".join(plain.split(b'"')[::2])


def is_too_deep(structure: bytes) -> bool:
    """Return whether what ``structure_of`` gave has more than ``MAX_DEPTH`` levels."""
    if structure.count(b"[") + structure.count(b"{") <= MAX_DEPTH:
        return False
    steps = memoryview(structure.translate(_STEPS, _NO_BRACKETS)).cast("b")
    return max(accumulate(steps)) > MAX_DEPTH


def has_repeated_keys(structure: bytes, value: Any) -> bool:
    """Return whether there were keys in a text that are not in its value.

    Args:
        structure: of the text.
        value: what msgspec has read of it without a schema.
    """
    return structure.count(b":") > structure_of(msgspec.json.encode(value)).count(b":")


def list_text_problems(text: bytes) -> tuple[list[Issue], int | None]:
    """Name repeated keys and halves of surrogate pairs.

    Args:
        text: JSON that is not too deep; what is no JSON has neither.

    Returns:
        The first of them, at most ``MAX_ISSUES``, and how many more there are: None when the text
        is so large that it was not searched to its end.
    """
    try:
        value = _READER.decode(text.decode())
    except ValueError:
        return [], 0
    named: dict[str, Issue] = {}
    more = 0
    for found in _text_problems(value, halves=_ESCAPED_HALF.search(text) is not None):
        if found is None:
            return list(named.values()) or [Issue("", UNNAMED)], None
        if len(named) < MAX_ISSUES:
            named.setdefault(found.path, found)
        elif more < _MOST_COUNTED:
            more += found.path not in named
        else:
            return list(named.values()), None
    return list(named.values()), more


def join_path(path: str, name: str) -> str:
    """Return the path of what has this name in the object at ``path``."""
    name = name.replace("\0", "\\u0000")
    return f"{path}.{name}" if path else name


class _Open:
    """A list or an object that is being looked at.

    ``entries`` is what is left of it, with positions or names. ``names`` are those of an object so
    far, and whether it was said that they are there twice; None for a list.
    """

    __slots__ = ("_key", "_parent", "_path", "entries", "names")

    def __init__(self, value: Any, parent: _Open | None, key: int | str) -> None:
        self.entries: Iterator[tuple[Any, Any]]
        self.names: dict[str, bool] | None
        if isinstance(value, list):
            self.entries, self.names = enumerate(value), None
        else:
            self.entries, self.names = iter(value), {}
        self._parent = parent
        self._key = key
        self._path: str | None = None

    @property
    def path(self) -> str:
        """Where it is, made when it is asked for: of most nothing is said."""
        if self._path is None:
            self._path = "" if self._parent is None else self._parent.path_of(self._key)
        return self._path

    def path_of(self, key: int | str) -> str:
        """Where one of its entries is."""
        return f"{self.path}[{key}]" if isinstance(key, int) else join_path(self.path, _short(key))


def _text_problems(value: Any, *, halves: bool) -> Iterator[Issue | None]:
    """Find the problems of what ``_READER`` gave, in its order; None where it was not searched any further.

    Args:
        value: the value.
        halves: whether there can be half of a surrogate pair, which costs a look at every string.
    """
    if not isinstance(value, list | tuple):
        if isinstance(value, str) and _HALF.search(value):
            yield Issue("", SURROGATE)
        return
    left = _MOST_VISITED
    stack = [_Open(value, None, "")]
    while stack:
        held = stack[-1]
        names = held.names
        for key, item in held.entries:
            left -= 1
            if left < 0:
                yield None
                return
            if names is not None:
                said = names.get(key)
                names[key] = said is not None
                if said is False:
                    yield Issue(held.path_of(key), REPEATED)
                elif said is None and halves and _HALF.search(key):
                    yield Issue(held.path_of(key), SURROGATE)
            if isinstance(item, list | tuple):
                stack.append(_Open(item, held, key))
                break
            if halves and isinstance(item, str) and _HALF.search(item):
                yield Issue(held.path_of(key), SURROGATE)
        else:
            stack.pop()


def _short(name: str) -> str:
    """Cut a name that is in the path of many others, and write what no answer can hold as an escape."""
    if _HALF.search(name):
        name = name.encode("utf-8", "backslashreplace").decode()
    if len(name) <= _MOST_NAME_CHARACTERS:
        return name
    # Half a secret would not be recognized as one.
    return shorten(redact(name), _MOST_NAME_CHARACTERS)


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


# An object becomes a tuple of pairs, and a number the text that it is.
_READER = JSONDecoder(
    object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=_refuse_constant
)
