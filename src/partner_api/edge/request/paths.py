"""The one spelling of a path that is answered.

A proxy in front of this server decides by the path whom it lets through, so both must read the same path. A second
spelling of an address, such as ``//metrics`` or ``/%6fps/v1``, is therefore no address.
"""

from __future__ import annotations

import re
from typing import Final

# A character that a path may have as it is: RFC 3986's pchar, without the semicolon, which some take for the end of a
# segment.
_LITERAL: Final = rb"[A-Za-z0-9_.~!$&'()*+,=:@-]"
# An encoded byte. Those that are never encoded are left out (letters, digits, - . _ ~), and both slashes, which would
# change what the path is. What is left can stand in a parameter alone, and no parameter that means anything has it.
_ENCODED: Final = (
    rb"%(?:[01][0-9A-Fa-f]|2[0-9ABCab]|3[A-Fa-f]|40|5[BDEbde]|60|7[B-DFb-df]|[89A-Fa-f][0-9A-Fa-f])"
)
_PATH: Final = re.compile(rb"/|(?:/(?!\.{1,2}(?:/|\Z))(?:%b|%b)+)+" % (_LITERAL, _ENCODED))


def is_plain_path(raw_path: bytes) -> bool:
    """Return whether a request's target, up to its query, is the one spelling of a path.

    That is: it begins with a slash and does not end with one, no segment is empty, ``.`` or ``..``, and nothing is
    percent-encoded that could stand there as it is.

    Args:
        raw_path: as it was sent, before anything in it was decoded.
    """
    return _PATH.fullmatch(raw_path) is not None
