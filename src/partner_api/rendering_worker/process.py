"""The process that renders: ``python -m partner_api.rendering_worker.process [folder of fonts]``.

It takes orders on standard input until that ends, which is also how it ends with its worker. It
has no secrets, no database and no storage: all it gets is text, and all it gives is images.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

from partner_api.generation.rendering.assets import SlideshowInputs
from partner_api.generation.rendering.fonts import installed_fonts
from partner_api.generation.rendering.slideshow import render_slideshow
from partner_api.rendering_worker.messages import (
    LENGTH,
    Done,
    Failed,
    Message,
    Order,
    Progress,
    Ready,
    framed,
    read_order,
)

_NICENESS = 5


def main() -> None:
    """Render what is ordered until there are no more orders."""
    # Requests come first where the machine has little to give.
    os.nice(_NICENESS)
    orders = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get among the answers.
    os.dup2(2, 1)
    fonts = installed_fonts(Path(sys.argv[1]) if len(sys.argv) > 1 else None)

    def say(message: Message) -> None:
        answers.write(framed(message))
        answers.flush()

    try:
        say(Ready(fonts.scripts()))
        while (order := _next_order(orders)) is not None:
            try:
                assets = render_slideshow(
                    SlideshowInputs(order.hook),
                    lambda stage, progress: say(Progress(stage, progress)),
                    fonts,
                )
            except BrokenPipeError:
                raise
            except Exception as error:
                say(Failed(f"{type(error).__name__}: {error}"))
            else:
                say(Done(assets))
    except BrokenPipeError:
        # The worker is gone, and with it whoever wanted this.
        os._exit(0)


def _next_order(orders: BinaryIO) -> Order | None:
    head = orders.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = orders.read(length)
    return read_order(content) if len(content) == length else None


if __name__ == "__main__":
    main()
