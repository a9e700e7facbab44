"""Names that a standard lists: time zones, countries, languages; and the forms of addresses.

The lists are those of data packages, and read when the first name is checked: the machine's own differ from one to
the next, and what only says a command's help needs none of them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

from partner_api.errors import shorten

NOT_A_TIME_ZONE: Final = "Expected the IANA name of a time zone, such as Europe/Lisbon"
NOT_A_COUNTRY: Final = "Expected a country's code of ISO 3166-1 alpha-2, such as GB"
NOT_A_LANGUAGE: Final = "Expected a language tag registered for BCP 47, such as en or pt-BR"
NOT_AN_EMAIL: Final = "Expected an e-mail address alone, such as billing@example.com"
NOT_A_URL: Final = "Expected the whole URL of something public, such as https://example.com/a.png"

# Of RFC 5646; without the four and more letters for a language, of which none is registered.
_LANGUAGE_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})"
    r"(?:-(?P<extlang>[a-z]{3}))?"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<extensions>(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*)"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"
)
_SINGLETON = re.compile(r"-([a-z0-9])(?=-)")
_PRIVATE_USE = "Private use"
_MAX_REASON = 200
# RFC 3986: what is none of these is percent-encoded.
_URL = re.compile(r"https://(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.?"
)


def time_zone_problem(text: str) -> str | None:
    """Say what is wrong with a name that IANA does not list, spelt as there."""
    return None if text in _time_zones() else NOT_A_TIME_ZONE


def country_problem(text: str) -> str | None:
    """Say what is wrong with a code that ISO 3166-1 has not assigned."""
    return None if text in _countries() else NOT_A_COUNTRY


@lru_cache(1024)
def language_problem(text: str) -> str | None:
    """Say what is wrong with a tag that is not valid as RFC 5646 has it.

    Its parts have to be registered, also when the registry calls them deprecated. What is for private use names
    nothing that others know, so it can follow a language, behind ``-x-``, and not be one.
    """
    tag = text.lower()
    if not tag.isascii():
        return NOT_A_LANGUAGE
    # Whole tags that are registered, such as i-klingon.
    if _types_of(tag) & {"grandfathered", "redundant"}:
        return None
    parts = _LANGUAGE_TAG.fullmatch(tag)
    if parts is None or not all(
        parts[kind] is None or _is_registered(parts[kind], kind)
        for kind in ("language", "extlang", "script", "region")
    ):
        return NOT_A_LANGUAGE
    if parts["extlang"] and parts["language"] not in _prefixes_of(parts["extlang"]):
        return NOT_A_LANGUAGE
    variants = parts["variants"].split("-")[1:]
    singletons = _SINGLETON.findall(parts["extensions"])
    if (
        len(set(variants)) < len(variants)
        or len(set(singletons)) < len(singletons)
        or not all(_is_registered(variant, "variant") for variant in variants)
    ):
        return NOT_A_LANGUAGE
    return None


def email_problem(text: str) -> str | None:
    """Say what is wrong with what is not one address that mail can be sent to. Asks no DNS."""
    from email_validator import EmailNotValidError, validate_email

    try:
        # The domain of tests is nobody's, which is why people use it.
        validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        return f"{NOT_AN_EMAIL}. {shorten(str(error), _MAX_REASON).removesuffix('.')}"
    return None


def url_problem(text: str) -> str | None:
    """Say what is wrong with what is not an https URL of RFC 3986 with a host, or carries a password."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        # Out of range, it raises as well.
        parts.port  # noqa: B018
    except ValueError:
        return NOT_A_URL
    is_host = ":" in host or _HOST.fullmatch(host)
    return None if _URL.fullmatch(text) and is_host and "@" not in parts.netloc else NOT_A_URL


# For ``Meta(extra=…)``.
TIME_ZONE: Final[dict[str, Any]] = {"rule": time_zone_problem}
COUNTRY: Final[dict[str, Any]] = {"rule": country_problem}
LANGUAGE: Final[dict[str, Any]] = {"rule": language_problem}
EMAIL: Final[dict[str, Any]] = {"rule": email_problem}
URL: Final[dict[str, Any]] = {"rule": url_problem}


@cache
def _time_zones() -> frozenset[str]:
    # Those of the database, links to old names included; a machine adds its own, such as localtime. Factory is what
    # a clock says that was never set.
    listed = (resources.files("tzdata") / "zones").read_text(encoding="ascii")
    return frozenset(listed.split()) - {"Factory"}


@cache
def _countries() -> frozenset[str]:
    table = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(
        line.partition("\t")[0] for line in table.splitlines() if line and not line.startswith("#")
    )


def _types_of(subtag: str) -> set[str]:
    """Return as what a subtag, in lower case, is registered: as a language, as a region and so on."""
    from language_tags import tags

    return set(tags.types(subtag))


def _is_registered(subtag: str, kind: str) -> bool:
    from language_tags.Subtag import Subtag

    return kind in _types_of(subtag) and Subtag(subtag, kind).description != [_PRIVATE_USE]


def _prefixes_of(extlang: str) -> list[str]:
    from language_tags.Subtag import Subtag

    prefixes: list[str] = Subtag(extlang, "extlang").data["record"].get("Prefix", [])
    return prefixes
