"""Whole numbers as people write them."""

from __future__ import annotations

import re
from typing import Final

_WHOLE_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,20}|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)"
)
_NO_GROUPS: Final = str.maketrans("", "", ", ")


def whole_number_of(text: str) -> int | None:
    """Return the whole number that a text is, in groups of thousands or not; None for any other text."""
    # A comma elsewhere is somebody's decimal point: 1,5 is not 15.
    if not _WHOLE_NUMBER.fullmatch(text.strip()):
        return None
    return int(text.translate(_NO_GROUPS))
