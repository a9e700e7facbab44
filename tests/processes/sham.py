"""A part that does what a test wants: ``python sham.py <what> --link <descriptor> [mark]``.

It imports next to nothing, so that it starts at once.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path

what, link_number = sys.argv[1], int(sys.argv[3])
link = socket.socket(fileno=link_number)


def say(line: bytes) -> None:
    link.sendall(line + b"\n")


def note(word: str) -> None:
    """Append a word to the file of this test."""
    with Path(sys.argv[4]).open("a") as file:
        file.write(f"{word} {os.getpid()} {time.monotonic()}\n")


def work() -> None:
    while True:
        say(b'{"working": true}')
        time.sleep(0.1)


def end_in_order(*_: object) -> None:
    note(f"{what}-stopped")
    sys.exit(0)


if len(sys.argv) > 4:
    note(f"{what}-started")
    signal.signal(signal.SIGTERM, end_in_order)
if what == "works":
    work()
elif what == "falls-silent":
    say(b'{"working": true}')
    time.sleep(600)
elif what == "never-begins":
    time.sleep(600)
elif what == "ends":
    sys.exit(3)
elif what == "works-then-ends":
    say(b'{"working": true}')
    time.sleep(0.2)
    sys.exit(3)
elif what == "gives-up":
    say(b'{"working": false, "fatal": "It cannot be done. Do something else."}')
    sys.exit(1)
elif what == "babbles":
    say(b"\x00 not JSON")
    say(b"x" * 200_000)
    work()
elif what == "obstinate":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    work()
elif what == "leaves-an-orphan":
    middle = os.fork()
    if middle == 0:
        orphan = os.fork()
        if orphan != 0:
            note(f"orphan={orphan}")
        os._exit(0)
    os.waitpid(middle, 0)
    work()
elif what == "shows-descriptors":
    note("descriptors=" + ",".join(sorted(os.listdir("/proc/self/fd"), key=int)))
    work()
