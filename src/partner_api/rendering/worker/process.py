"""The process that renders: ``python -m partner_api.rendering.worker.process slideshows|samples``.

It takes orders on standard input, and ends when that ends, also in the midst of one: its worker is gone then. It has
no secrets, no database and no storage: all it gets is text, and all it gives is images. What it may use of the
machine is limited.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import select
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from partner_api.rendering.assets import SlideshowInputs
from partner_api.rendering.fonts import installed_fonts
from partner_api.rendering.sample import render_sample
from partner_api.rendering.slideshow import render_slideshow
from partner_api.rendering.worker.messages import (
    LENGTH,
    Done,
    Failed,
    Message,
    Order,
    Progress,
    Ready,
    SampleOrder,
    framed,
    read_order,
)
from partner_api.time_limits import ORPHAN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.rendering.assets import RenderedAsset
    from partner_api.rendering.fonts import FontStack

_NICENESS = 5
_MOST_MEMORY_BYTES = 2 * 1024**3
_MILLISECONDS = 1_000


def main() -> None:
    """Render what is ordered until there are no more orders."""
    arguments = _parse(sys.argv[1:])
    # Requests come first where the machine has little to give.
    os.nice(_NICENESS)
    _limit(resource.RLIMIT_AS, _MOST_MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    orders = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get among the answers.
    os.dup2(2, 1)
    threading.Thread(target=_end_with_worker, args=(os.getppid(),), daemon=True).start()
    # Samples are drawn with the bundled fonts, so those of the machine need not be read.
    fonts = installed_fonts(arguments.fonts) if arguments.kind == "slideshows" else None

    def say(message: Message) -> None:
        answers.write(framed(message))
        answers.flush()

    try:
        say(Ready(fonts.scripts() if fonts is not None else {}))
        while (order := _next_order(orders, arguments.idle_seconds)) is not None:
            try:
                assets = _render(order, fonts, say)
            except BrokenPipeError:
                raise
            except Exception as error:
                say(Failed(f"{type(error).__name__}: {error}"))
            else:
                say(Done(assets))
    except BrokenPipeError:
        # The worker is gone, and with it whoever wanted this.
        os._exit(0)


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Renders what a worker orders.")
    parser.add_argument("kind", choices=("slideshows", "samples"))
    parser.add_argument("--fonts", type=Path, help="a folder of further fonts")
    parser.add_argument("--idle-seconds", type=float, help="end when there is no order for so long")
    return parser.parse_args(words)


def _render(
    order: Order, fonts: FontStack | None, say: Callable[[Message], None]
) -> list[RenderedAsset]:
    # The limit is on all that the process has used since its start. Who exceeds it is ended by the system.
    _limit(resource.RLIMIT_CPU, int(time.process_time() + order.cpu_seconds) + 1)
    if isinstance(order, SampleOrder):
        return render_sample(order.inputs, order.content_format)
    return render_slideshow(
        SlideshowInputs(order.hook), lambda stage, progress: say(Progress(stage, progress)), fonts
    )


def _limit(kind: int, most: int) -> None:
    """Set what the process may use; some systems know some kinds by name only."""
    _, hard = resource.getrlimit(kind)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft, hard))


def _end_with_worker(worker: int) -> None:
    """End the process when its worker is gone, whatever it is doing."""
    hung_up = select.poll()
    # Nothing but the end of the other side is waited for; orders are read elsewhere.
    hung_up.register(0, 0)
    while not hung_up.poll(ORPHAN_SECONDS / 3 * _MILLISECONDS) and os.getppid() == worker:
        pass
    os._exit(0)


def _next_order(orders: BinaryIO, idle_seconds: float | None) -> Order | None:
    """Read the next order; None when there is none, because nobody wants anything any more."""
    waiting = select.poll()
    waiting.register(orders, select.POLLIN)
    if not waiting.poll(None if idle_seconds is None else idle_seconds * _MILLISECONDS):
        return None
    head = orders.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = orders.read(length)
    return read_order(content) if len(content) == length else None


if __name__ == "__main__":
    main()
