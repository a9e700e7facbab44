"""The clients of the partner's API, for ``layers listen``, ``trigger`` and ``mcp``, and errors for a person."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from partner_api.commands.refusals import foreign_answer, lines_of_refusal, reason_of
from partner_api.time_limits import PARTNER_CLIENT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    from layers_partner import APIError, AsyncLayers, Layers, LayersError

    _Client = TypeVar("_Client", Layers, AsyncLayers)

# The third part is what the library takes for the key's, which may have underscores.
_PARTS_OF_A_KEY = 3
# A command takes none of them as an argument, and has no classes.
_WORDS = {
    "`api_key` or ": "",
    "`base_url` or ": "",
    "Give LAYERS": "Set LAYERS",
    "`organization` must": "LAYERS_ORGANIZATION must",
    "It is a key for LayersOperator.": "It is an operator's token; the key of a partner begins with lp_.",
}


class PartnerRequestError(Exception):
    """There is no client, or the server refused, or did not answer; the message is for a person."""


class Partner(NamedTuple):
    """Who asks, and where.

    Attributes:
        base_url: of the server.
        environment: of the key: live or test.
    """

    base_url: str
    environment: str

    @property
    def host(self) -> str:
        """The server's name, with its port if it has one."""
        return urlsplit(self.base_url).netloc


def partner_of_environment(base_url: str | None = None) -> Partner:
    """Return who the variables LAYERS_API_KEY and LAYERS_BASE_URL say asks, unchecked; the client checks them.

    Args:
        base_url: of the server, instead of the variable.
    """
    from layers_partner.core.configuration import DEFAULT_BASE_URL

    base_url = base_url or os.environ.get("LAYERS_BASE_URL") or DEFAULT_BASE_URL
    parts = os.environ.get("LAYERS_API_KEY", "").split("_", _PARTS_OF_A_KEY)
    return Partner(base_url.rstrip("/"), parts[1] if len(parts) > 1 else "")


def open_client(
    kind: type[_Client],
    words: Mapping[str, str] = _WORDS,
    *,
    seconds: float = PARTNER_CLIENT_SECONDS,
    organization: str | None = None,
    base_url: str | None = None,
) -> _Client:
    """Return a client of the library, with the settings of the environment.

    Args:
        kind: of client.
        words: of a command, by those of the library.
        seconds: for each call, with all its tries.
        organization: the child to act for, instead of LAYERS_ORGANIZATION.
        base_url: of the server, instead of LAYERS_BASE_URL.

    Raises:
        PartnerRequestError: there is no key, or a setting cannot be used.
    """
    from layers_partner import ConfigurationError

    try:
        return kind(timeout=seconds, organization=organization, base_url=base_url)
    except ConfigurationError as error:
        text = str(error)
        for of_the_library, of_a_command in words.items():
            text = text.replace(of_the_library, of_a_command)
        raise PartnerRequestError(text) from None


def explained(error: LayersError, host: str) -> PartnerRequestError:
    """Return what a person is told of an error of the library.

    Args:
        error: of a call.
        host: of the server.
    """
    from layers_partner import APIConnectionError, APIError

    if isinstance(error, APIConnectionError):
        return PartnerRequestError(
            f"No answer from {host} ({reason_of(error)}). "
            "Is the server running, and LAYERS_BASE_URL right?"
        )
    if not isinstance(error, APIError):
        return PartnerRequestError(str(error))
    lines = lines_of_refusal(error, *_advice(error, host))
    return PartnerRequestError("\n  ".join(lines) or foreign_answer(error, "LAYERS_BASE_URL"))


def _advice(error: APIError, host: str) -> list[str]:
    if error.code == "UNAUTHENTICATED":
        return [f"The key is that of LAYERS_API_KEY: is it one of {host}?"]
    if error.code == "NOT_FOUND" and os.environ.get("LAYERS_ORGANIZATION"):
        return ["LAYERS_ORGANIZATION is set: is it a child of the key's organization?"]
    scope = error.details.get("requiredScope")
    if error.code == "FORBIDDEN_SCOPE" and isinstance(scope, str):
        return [f"Set LAYERS_API_KEY to a key that has the scope {scope}."]
    return []
