"""The end of a command that runs until it is stopped: a try that is under way is waited for."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from partner_api.commands.repeating import Stopped
from partner_api.commands.terminal import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

_T = TypeVar("_T")
_STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stops:
    """Signals that ask a task to end."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Any] | None = None
        self._number: int | None = None
        self._is_held = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Finish what is in the block before a stop; a second signal stops at once."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def check(self) -> None:
        """Look whether a signal came while something was held.

        Raises:
            Stopped: one did.
        """
        if self._number is not None:
            raise Stopped(self._number)

    def asked(self, number: int) -> None:
        """Stop the task, or have it stop soon."""
        is_first = self._number is None
        self._number = number
        if self._is_held and is_first:
            say("Stopping when the receiver has answered. Once more stops at once.")
        elif self._task is not None:
            self._task.cancel()


def run_until_stopped(work: Callable[[Stops], Coroutine[Any, Any, _T]]) -> _T:
    """Run a task to its end, or until a signal; a signal that is ignored, as with nohup, stays so.

    Args:
        work: what to run.

    Raises:
        Stopped: by SIGINT, SIGTERM or SIGHUP.
    """
    stops = Stops()

    async def run() -> _T:
        loop = asyncio.get_running_loop()
        stops._task = asyncio.current_task()
        numbers = [number for number in _STOPS if signal.getsignal(number) is not signal.SIG_IGN]
        for number in numbers:
            loop.add_signal_handler(number, stops.asked, number)
        try:
            return await work(stops)
        except asyncio.CancelledError:
            stops.check()
            raise
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    return asyncio.run(run())
