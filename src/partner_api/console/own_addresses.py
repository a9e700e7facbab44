"""Which addresses are this server's own: where a form came from, and where a page may lead to."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from partner_api.edge.request.paths import is_plain_path

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_IN_LOCATION: Final = re.compile(r"[!-~]*")


def own_path(prefix: str, text: str) -> str:
    """Return an address of a mount; its first page for any other, and for other spellings of one."""
    path, _, _ = text.partition("?")
    own = path == prefix or path.startswith(f"{prefix}/")
    plain = _IN_LOCATION.fullmatch(text) is not None and is_plain_path(path.encode())
    return text if own and plain else prefix


def is_same_host(origin: str, host: str) -> bool:
    """Return whether an origin is that of the host that was asked; a proxy in front may speak TLS."""
    scheme, _, authority = origin.lower().partition("://")
    port = _DEFAULT_PORTS.get(scheme)
    if port is None or "@" in authority or authority.endswith(":"):
        return False
    try:
        theirs, ours = urlsplit(f"//{authority}"), urlsplit(f"//{host}")
        return (
            theirs.netloc == authority
            and bool(theirs.hostname)
            and theirs.hostname == ours.hostname
            and (theirs.port or port) == (ours.port or port)
        )
    except ValueError:
        return False
