"""What a client is made with: arguments, else environment variables, all checked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from layers_partner.core.headers import check_extra_headers
from layers_partner.errors import ConfigurationError
from layers_partner.options import NotGiven

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_BASE_URL: Final = "https://api.layers.com"
DEFAULT_TIMEOUT: Final = 60.0
DEFAULT_MAX_RETRIES: Final = 2
# Sockets do not take longer ones.
LONGEST_TIMEOUT_SECONDS: Final = 2_147_483
_ORGANIZATION: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Credential(NamedTuple):
    """A kind of key: how it looks, and where it is looked for."""

    argument: str
    variable: str
    shape: re.Pattern[str]
    example: str
    other: re.Pattern[str]
    other_client: str
    has_organization: bool
    """Whether it can act for a child."""


PARTNER_KEY: Final = Credential(
    "api_key",
    "LAYERS_API_KEY",
    re.compile(r"lp_(?:live|test)_[0-9A-Za-z]+_[0-9A-Za-z_-]+"),
    "lp_live_…",
    re.compile(r"lpo_.*"),
    "LayersOperator",
    has_organization=True,
)
OPERATOR_TOKEN: Final = Credential(
    "token",
    "LAYERS_OPERATOR_TOKEN",
    re.compile(r"lpo_[0-9A-Za-z]+_[0-9A-Za-z_-]+"),
    "lpo_…",
    re.compile(r"lp_.*"),
    "Layers",
    has_organization=False,
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings of a client."""

    secret: str = field(repr=False)
    base_url: str
    """Without a slash at its end."""
    organization: str | None
    timeout: float
    max_retries: int
    has_organization: bool = True
    """Whether its key can act for a child."""
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def changed(
        self,
        organization: str | NotGiven | None,
        timeout: float | NotGiven,
        max_retries: int | NotGiven,
        extra_headers: Mapping[str, str] | NotGiven,
    ) -> Configuration:
        """Return the settings with those that are given; headers are added to those that there are.

        Raises:
            ConfigurationError: one cannot be used.
        """
        headers = {} if isinstance(extra_headers, NotGiven) else extra_headers
        changed = replace(
            self,
            organization=(
                self.organization if isinstance(organization, NotGiven) else organization
            ),
            timeout=self.timeout if isinstance(timeout, NotGiven) else timeout,
            max_retries=self.max_retries if isinstance(max_retries, NotGiven) else max_retries,
        )
        try:
            check_limits(changed.timeout, changed.max_retries)
            check_organization(changed.organization, can_act=self.has_organization)
            return replace(
                changed, extra_headers={**self.extra_headers, **check_extra_headers(headers)}
            )
        except ValueError as error:
            raise ConfigurationError(str(error)) from None


def configure(
    credential: Credential,
    secret: str | None,
    base_url: str | None,
    *,
    timeout: float,
    max_retries: int,
    organization: str | None = None,
) -> Configuration:
    """Return the settings of a client; what is None is taken from the environment.

    Raises:
        ConfigurationError: the key is missing, or a setting cannot be used; the key is not in its text.
    """
    if organization is None and credential.has_organization:
        organization = os.environ.get("LAYERS_ORGANIZATION") or None
    try:
        check_limits(timeout, max_retries)
        check_organization(organization)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    return Configuration(
        _checked_secret(credential, secret),
        _checked_base_url(base_url),
        organization,
        float(timeout),
        max_retries,
        credential.has_organization,
    )


def check_limits(timeout: Any, max_retries: Any) -> None:
    """Check the limits of a call.

    Raises:
        ValueError: one is out of range.
    """
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise ValueError("`timeout` must be a number of seconds.")
    if not 0 < timeout <= LONGEST_TIMEOUT_SECONDS:
        raise ValueError(
            f"`timeout` must be a number of seconds above 0, at most {LONGEST_TIMEOUT_SECONDS}."
        )
    if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:
        raise ValueError("`max_retries` must be 0 or a positive whole number.")


def check_organization(organization: Any, *, can_act: bool = True) -> None:
    """Check the id of the child to act for.

    Raises:
        ValueError: it is no id, or the key acts for nobody.
    """
    if organization is not None and not can_act:
        raise ValueError("An operator acts for no `organization`; name it in the call.")
    if organization is not None and not (
        isinstance(organization, str) and _ORGANIZATION.fullmatch(organization)
    ):
        raise ValueError("`organization` must be the id of an organization, such as org_….")


def _checked_secret(credential: Credential, secret: Any) -> str:
    if secret is None:
        secret = os.environ.get(credential.variable) or None
    named = f"`{credential.argument}` or {credential.variable}"
    if secret is None:
        raise ConfigurationError(f"There is no key. Give {named}: {credential.example}")
    if not isinstance(secret, str) or not credential.shape.fullmatch(secret):
        reason = f"It must look like {credential.example}, without white space or quotes."
        if isinstance(secret, str) and credential.other.fullmatch(secret):
            reason = f"It is a key for {credential.other_client}."
        raise ConfigurationError(f"The key in {named} cannot be used. {reason}")
    return str(secret)


def _checked_base_url(base_url: str | None) -> str:
    if base_url is None:
        base_url = os.environ.get("LAYERS_BASE_URL") or DEFAULT_BASE_URL
    problem = _problem_of_address(base_url)
    if problem:
        # The address itself may hold a password.
        raise ConfigurationError(f"`base_url` or LAYERS_BASE_URL cannot be used: {problem}")
    return base_url.rstrip("/")


def _problem_of_address(address: Any) -> str | None:
    try:
        if not isinstance(address, str) or not address.isascii() or not address.isprintable():
            return "it must be printable ASCII."
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is no address."
    if parts.scheme not in {"http", "https"} or not host or " " in address:
        return f"it must look like {DEFAULT_BASE_URL}."
    if "@" in parts.netloc:
        return "it must not hold a user or a password."
    if parts.query or parts.fragment or "?" in address or "#" in address:
        return "it must not have a query or a fragment."
    if parts.path.rstrip("/").endswith("/v1"):
        return "it is the address of the server, without /v1 at its end."
    if "\\" in address or {".", ".."} & set(parts.path.split("/")):
        return "its path is not in its plain form."
    return None
