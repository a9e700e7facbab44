"""Starts nodes by forking itself, so that a new one is there in milliseconds with everything imported.

Run as ``python -m partner_api.simulation.nursery FD``. Each message on the socket is a database URL
with the descriptor of a new node's pipe. It ends when the socket is closed at the other end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from multiprocessing.connection import Connection as Pipe

# Imported before any fork: everything that a node will be asked to run.
from partner_api.simulation import node, work  # noqa: F401

MAX_URL_BYTES = 8192


def main() -> None:
    """Fork a node per message."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Nobody waits for the nodes that end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        url, descriptors, _, _ = socket.recv_fds(control, MAX_URL_BYTES, 1)
        if not url:
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
