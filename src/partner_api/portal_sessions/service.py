"""What a session of the portal may link back to, and where the portal is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from partner_api.errors import Issue, invalid

if TYPE_CHECKING:
    from partner_api.edge.request.api_request import ApiRequest

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_URL: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_NAME}|\[[0-9A-Fa-f:.]+\])(?P<port>:[0-9]{{1,5}})?"
    r"(?:[/?#][!#-;=?-\[\]_a-z~]*)?"
)
_HOST: Final = re.compile(rf"(?:{_NAME}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def require_return_url(url: str, *, development: bool) -> None:
    """Check that pages may link to a URL.

    Raises:
        ApiError: VALIDATION.
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise invalid([Issue("returnUrl", "Expected an address such as https://app.example.com/")])
    local = development and match["host"].lower() in _LOCAL
    if match["scheme"] != "https" and not local:
        raise invalid([Issue("returnUrl", "Expected an address that begins with https://")])


def return_host(url: str) -> str:
    """Return the host of a URL that was checked, as people read it."""
    match = _URL.fullmatch(url)
    return f"{match['host'].lower()}{match['port'] or ''}" if match else ""


def portal_address(request: ApiRequest) -> str:
    """Return where browsers find this server: what the settings say, else where the request was sent.

    Raises:
        ApiError: VALIDATION: the request does not say where.
    """
    settings = request.services.settings
    if settings.public_url is not None:
        return settings.public_url
    host = request.header("host") or ""
    if not _HOST.fullmatch(host):
        raise invalid([Issue("Host", "Expected the name of this server")])
    return f"{'http' if settings.development else 'https'}://{host}"
