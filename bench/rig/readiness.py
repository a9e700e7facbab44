"""Waiting until the API answers."""

from __future__ import annotations

import time

import httpx2

_WAIT_SECONDS = 60.0
_PAUSE_SECONDS = 0.05


def wait_until_ready(host: str, port: int) -> bool:
    """Ask ``/readyz`` until it says yes; False if it does not within a minute."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - listening everywhere includes here
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/readyz"
    deadline = time.monotonic() + _WAIT_SECONDS
    with httpx2.Client(trust_env=False, timeout=5.0) as client:
        while time.monotonic() < deadline:
            try:
                if client.get(url).status_code == httpx2.codes.OK:
                    return True
            except httpx2.TransportError:
                pass
            time.sleep(_PAUSE_SECONDS)
    return False
