"""Starts nodes by forking itself, so that a new one is there in milliseconds with everything imported.

Run as ``python -m partner_api.simulation.fork_server FD``. Each message on the socket is a database URL
with the descriptor of a new node's pipe. When the socket is closed at the other end, it waits for
all nodes to end, and ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from multiprocessing.connection import Connection as Pipe

# Imported before any fork: everything that a node will be asked to run.
from partner_api.simulation import node, work, writes  # noqa: F401

MAX_URL_BYTES = 8192


def main() -> None:
    """Fork a node per message."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Nodes that end leave nothing behind, and waiting for one is waiting for all.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        url, descriptors, _, _ = socket.recv_fds(control, MAX_URL_BYTES, 1)
        if not url:
            # They end with the driver's end of their pipes, and need the database until then.
            with contextlib.suppress(ChildProcessError):
                os.wait()
            return
        if os.fork() == 0:
            _become_node(control, descriptors[0], url.decode())
        os.close(descriptors[0])


def _become_node(control: socket.socket, descriptor: int, url: str) -> None:
    status = 1
    try:
        control.close()
        asyncio.run(node.serve(Pipe(descriptor), url))
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
