"""The command `layers` without the half second in which an interpreter imports it and works out its options.

The pages run it some eighty times. `python fork_server.py serve SOCKET` imports it once and forks itself for each run,
with the caller's arguments, folder, variables and standard streams; `python fork_server.py call SOCKET ARGUMENT …` is
such a caller.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import socket
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_STREAMS = 3


def serve(path: str) -> None:
    """Fork a process for each caller, until killed."""
    import httpx2  # noqa: F401 - what commands import when they are run
    import rich.table  # noqa: F401
    import typer.main

    import layers_partner  # noqa: F401
    import partner_api.database.migrate
    import partner_api.processes.serve
    import partner_api.reconciliation.command  # noqa: F401
    from partner_api import cli

    # What the commands and their options are is worked out from all functions, at each call: most of what a call costs.
    typer.main.get_command = functools.cache(typer.main.get_command)
    # Typer also imports more when it reads the words of a command for the first time.
    sys.argv = ["layers", "settings"]
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.suppress(SystemExit),
    ):
        cli.main()

    # Those that end leave nothing behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            caller, _ = listener.accept()
            with caller:
                if os.fork() == 0:
                    listener.close()
                    os._exit(_run(caller, cli.main))


def _run(caller: socket.socket, main: Callable[[], None]) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, descriptors, _, _ = socket.recv_fds(caller, 1, _STREAMS)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    # Python's own know what was there when it started, such as a file that can be sought in.
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    with caller.makefile("rb") as lines:
        call = json.loads(lines.readline())
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["variables"])
    sys.argv = ["layers", *call["arguments"]]
    status: object = 0
    try:
        main()
    except SystemExit as end:
        status = end.code or 0
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    caller.sendall(b"%d\n" % (status if isinstance(status, int) else 1))
    return 0


def call(path: str, arguments: list[str]) -> int:
    """Have the command run, and give its status."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        socket.send_fds(server, [b"-"], list(range(_STREAMS)))
        asked = {"arguments": arguments, "folder": os.getcwd(), "variables": dict(os.environ)}
        server.sendall(json.dumps(asked).encode() + b"\n")
        with server.makefile("rb") as lines:
            # Nothing, when it was killed.
            return int(lines.readline() or b"137")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", address]:
            serve(address)
        case ["call", address, *words]:
            sys.exit(call(address, words))
