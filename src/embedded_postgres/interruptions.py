"""Being stopped from outside: what asks for it, and where it must not happen."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_like_control_c(*numbers: signal.Signals) -> None:
    """Let these signals do what Ctrl-C does at that moment.

    In an event loop that is a cancellation. A KeyboardInterrupt of its own, raised wherever the
    program just is, could end up in a callback of the driver, which would lose it.
    """
    for number in numbers:
        signal.signal(number, _interrupt)


@contextlib.contextmanager
def stops_deferred() -> Iterator[None]:
    """Defer SIGINT, SIGTERM and SIGHUP that arrive in this block until its end.

    For the few lines in which something has been started that nobody could stop yet.
    """
    if threading.current_thread() is not threading.main_thread():
        # Python handles signals in the main thread only.
        yield
        return
    came: list[int] = []
    handlers = {
        number: handler for number in _STOPS if callable(handler := signal.getsignal(number))
    }
    for number in handlers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _interrupt(_: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:
        # Whoever started this process shields it from Ctrl-C, which is no reason to go on now.
        raise KeyboardInterrupt
