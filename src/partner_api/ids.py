"""Public ids: a prefix that says what it names, and a UUID or ULID.

In the database each is a plain UUID.
"""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

UuidPrefix = Literal["org", "prj", "key", "sa", "cnt", "sp", "opr", "ses", "pool", "txn"]
UlidPrefix = Literal["job", "req", "evt", "lreq"]
Prefix = UuidPrefix | UlidPrefix
ULID_PREFIXES: frozenset[str] = frozenset(get_args(UlidPrefix))

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PYTHON_BASE32 = "0123456789abcdefghijklmnopqrstuv"
# What is no digit of Crockford's becomes what is no digit of Python's.
_TO_PYTHON = {ord(letter): "!" for letter in "ILOUilou"} | {
    ord(letter): digit
    for digit, pair in zip(_PYTHON_BASE32, CROCKFORD, strict=True)
    for letter in (pair, pair.lower())
}
_PAIRS = [first + second for first in CROCKFORD for second in CROCKFORD]
_UUID_FORM = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ULID_LENGTH = 26
_ULID_BITS = 128
_ULID_TIME_LENGTH = 10


class MalformedId(ValueError):
    """The text is not an id of the expected kind."""


def format_id(prefix: Prefix, value: UUID) -> str:
    """Write an id as clients see it, such as ``org_01890a5d-…`` or ``job_01H9…``."""
    if prefix in ULID_PREFIXES:
        return f"{prefix}_{encode_crockford(value.int, _ULID_LENGTH)}"
    return f"{prefix}_{value}"


def parse_id(prefix: Prefix, text: str) -> UUID:
    """Read an id, with its prefix or bare; see ``decode_id``.

    Raises:
        MalformedId: anything else, the prefix of another kind included.
    """
    return UUID(int=decode_id(prefix, text))


def decode_id(prefix: Prefix, text: str) -> int:
    """Return the 128 bits of an id, with its prefix or bare.

    UUIDs are accepted in the canonical form of 36 characters only. Kinds that are written as a
    ULID are also accepted as the UUID with the same bits.

    Raises:
        MalformedId: anything else, the prefix of another kind included.
    """
    bare = text.removeprefix(f"{prefix}_")
    if prefix in ULID_PREFIXES and len(bare) == _ULID_LENGTH:
        return _decode_ulid(bare)
    return decode_uuid(bare)


def decode_uuid(text: str) -> int:
    """Return the 128 bits of a UUID in the canonical form of 36 characters.

    ``UUID()`` also takes digits of other scripts, underscores and misplaced hyphens, and takes longer.

    Raises:
        MalformedId: anything else.
    """
    if _UUID_FORM.fullmatch(text) is None:
        raise MalformedId
    return int(text.replace("-", ""), 16)


def new_uuid7(now: datetime) -> UUID:
    """Create a UUID version 7 of the instant ``now``: later instants sort later."""
    head = _milliseconds(now) << 16 | 7 << 12 | secrets.randbits(12)
    return UUID(int=head << 64 | 2 << 62 | secrets.randbits(62))


def new_ulid(now: datetime) -> UUID:
    """Create a ULID of the instant ``now``, as the UUID with the same 128 bits."""
    return UUID(int=_milliseconds(now) << 80 | secrets.randbits(80))


def first_id_at(at: datetime) -> UUID:
    """Return the smallest id that can be made in the millisecond of a time: those that were made before are smaller."""
    return UUID(int=_milliseconds(at) << 80)


def new_request_id(unix_milliseconds: int) -> str:
    """Create the id of a request; this is on the path of every request, so it takes no detours."""
    random = secrets.randbits(80)
    pairs = [_PAIRS[random >> shift & 1023] for shift in (70, 60, 50, 40, 30, 20, 10, 0)]
    return _request_id_start(unix_milliseconds) + "".join(pairs)


@lru_cache(8)
def _request_id_start(unix_milliseconds: int) -> str:
    return "req_" + encode_crockford(unix_milliseconds, _ULID_TIME_LENGTH)


def encode_crockford(value: int, length: int) -> str:
    """Write an unsigned integer in Crockford's base32, in exactly ``length`` characters."""
    return "".join([CROCKFORD[value >> shift & 31] for shift in range(5 * (length - 1), -1, -5)])


def decode_crockford(text: str) -> int:
    """Read an unsigned integer in Crockford's base32, upper or lower case.

    Raises:
        MalformedId: a character is not one of the 32 (I, L, O and U are not).
    """
    # int() takes more than digits: spaces, signs, underscores and the digits of other scripts.
    if not (text.isascii() and text.isalnum()):
        raise MalformedId
    try:
        return int(text.translate(_TO_PYTHON), 32)
    except ValueError:
        raise MalformedId from None


def _decode_ulid(text: str) -> int:
    value = decode_crockford(text)
    # 26 characters hold 130 bits: what starts with 8 or more is not a ULID.
    if value >> _ULID_BITS:
        raise MalformedId
    return value


def _milliseconds(now: datetime) -> int:
    return round(now.timestamp() * 1000)
