"""A server or a receiver that is away for a while: said once, then tried again after growing pauses."""

from __future__ import annotations

import asyncio
from typing import Final

from partner_api.commands.terminal import say

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 10.0


class Outage:
    """Whether somebody is away, and how long to wait before the next try.

    Args:
        back: what is said when there is an answer again.
    """

    def __init__(self, back: str) -> None:
        self._back = back
        self._tries = 0

    async def pause(self, sentence: str, asked: float | None = None) -> None:
        """Wait before another try.

        Args:
            sentence: what is wrong; said before the first pause only.
            asked: seconds that the other side asks for, at least.
        """
        if self._tries == 0:
            say(sentence)
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(self._tries, 10))
        self._tries += 1
        await asyncio.sleep(max(pause, asked or 0.0))

    def over(self) -> None:
        """Note an answer; say so if there was none before."""
        if self._tries:
            say(self._back)
        self._tries = 0
