"""The forms that the text of a setting can have: how each is read, and how a secret one is shown.

A reader returns the value or raises ValueError with half a sentence, which ``load_settings``
completes: "LAYERS_PORT is '80000', but it has to be …". None of them repeats what it was given,
because it may be a secret.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from partner_api.redaction import HIDDEN

SECRET_KEY_BYTES = 32
"""Least length of a secret key: that of the hash it is used with."""

_TRUE = frozenset({"1", "on", "true", "yes"})
_FALSE = frozenset({"0", "false", "no", "off"})
_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*\.?"
)


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` to ``most``, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"it has to be a whole number from {least} to {most}")
        return int(text)

    return read


def choice(*words: str) -> Callable[[str], str]:
    """Return a reader of one of these words, in upper or lower case."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"it has to be {', '.join(words[:-1])} or {words[-1]}")
        return text.lower()

    return read


def boolean(text: str) -> bool:
    """Read true or false, also written 1, on, yes or 0, off, no."""
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError("it has to be true or false")
    return text.lower() in _TRUE


def data_folder(text: str) -> Path:
    """Read a folder's path and make it absolute, so that it stays the same when the working folder changes."""
    if "\0" in text:
        raise ValueError("a path cannot have a NUL character in it")
    if text.startswith(("http:", "https:", "file:", "postgres")):
        raise ValueError("it has to be the path of a folder, not a URL")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError("the home folder that it begins with is not known") from None


def account_name(text: str) -> str:
    """Read the name of an account of the operating system."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?", text):
        raise ValueError("it has to be the name of an account of this machine, such as postgres")
    return text


def host(text: str) -> str:
    """Read an IP address or a host name, without scheme or port."""
    bare = text.removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        # Digits and dots alone are a mistyped address; no resolver takes them for a name.
        if not _HOST_NAME.fullmatch(text) or re.fullmatch(r"[0-9.]+", text):
            raise ValueError(
                "it has to be an address or a host name alone, such as 127.0.0.1 "
                "(the port is LAYERS_PORT)"
            ) from None
    return text


def server_url(text: str) -> str:
    """Read the address of a server and drop a slash at its end."""
    parts = _server_address(text, "http", "https")
    if parts is None or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("it has to be a whole address such as http://127.0.0.1:8000")
    return text.rstrip("/")


def proxy_url(text: str) -> str:
    """Read the address of an HTTP proxy, with or without a user and a password."""
    parts = _server_address(text, "http")
    if parts is None or parts.path.rstrip("/") or parts.query or parts.fragment:
        raise ValueError(
            "it has to be an address such as http://127.0.0.1:3128 or http://user:password@host:3128"
        )
    return text


def redis_url(text: str) -> str:
    """Read the address of a Redis or Valkey server."""
    if _server_address(text, "redis", "rediss") is None:
        raise ValueError("it has to be an address such as redis://127.0.0.1:6379/0")
    return text


def storage_url(text: str) -> str:
    """Read the address of a bucket, ``s3://bucket/prefix?endpoint=…&region=…``."""
    form = "it has to look like s3://bucket/prefix, with ?endpoint=https://… for servers like S3"
    options: dict[str, list[str]] = {}
    try:
        parts = urlsplit(text)
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        usable = (
            parts.scheme == "s3"
            and re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", parts.netloc) is not None
            and re.fullmatch(r"(/[A-Za-z0-9._-]+)*/?", parts.path) is not None
            and not {".", ".."} & set(parts.path.split("/"))
            and options.keys() <= {"endpoint", "region"}
            and all(len(values) == 1 for values in options.values())
            and not parts.fragment
        )
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(form)
    if "endpoint" in options:
        server_url(options["endpoint"][0])
    return text


def backup_target(text: str) -> str:
    """Read the path of a folder, and make it absolute, or the address of a bucket."""
    return storage_url(text) if text.startswith("s3:") else str(data_folder(text))


def operator_token(text: str) -> str:
    """Read an operator's token, as far as its shape tells."""
    if not re.fullmatch(r"lpo_[0-9A-Za-z]+_[A-Za-z0-9_-]+", text):
        raise ValueError("it is not an operator's token, which looks like lpo_…_…")
    return text


def postgres_url(text: str) -> str:
    """Read the URL of a PostgreSQL database.

    Several hosts, and a folder of sockets as ``?host=/folder``, are allowed, as libpq allows them.
    """
    form = "it has to look like postgresql://user:password@host:5432/database"
    if not text.startswith(("postgres://", "postgresql://")):
        raise ValueError(form)
    if re.search(r"\s", text):
        raise ValueError(f"it has a space in it; {form}")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(form) from None
    hosts = parts.netloc.rpartition("@")[2]
    if parts.fragment or "@" in parts.path or not all(map(_is_host_and_port, hosts.split(","))):
        raise ValueError(
            f"{form}; characters such as @ / # ? : in a password have to be written as %40, "
            "%2F, %23, %3F, %3A"
        )
    database = parts.path.removeprefix("/")
    if not database or "/" in database:
        raise ValueError(f"it does not name one database; {form}")
    return text


def parse_secret_keys(text: str) -> dict[str, bytes]:
    """Read the list of secret keys, ``id:key,id:key``.

    An id is 1 to 16 of a-z, 0-9, ``_`` and ``-``. A key is at least ``SECRET_KEY_BYTES`` long,
    written in hexadecimal digits or base64url.

    Returns:
        The keys by their ids, in the order given: the first is the current one.

    Raises:
        ValueError: with half a sentence that shows no part of a key.
    """
    keys: dict[str, bytes] = {}
    for position, entry in enumerate(text.split(","), start=1):
        identifier, separator, written = entry.strip().partition(":")
        if not separator or not re.fullmatch(r"[a-z0-9_-]{1,16}", identifier):
            raise ValueError(
                f"its entry {position} is not id:key with an id of 1 to 16 of a-z, 0-9, _ and -"
            )
        if identifier in keys:
            raise ValueError(f"two of its keys have the id {identifier}")
        key = _key_bytes(written)
        if key is None or len(key) < SECRET_KEY_BYTES:
            raise ValueError(
                f"the key with the id {identifier} is not {SECRET_KEY_BYTES} bytes or more in "
                "hexadecimal or base64url (`openssl rand -hex 32` makes one)"
            )
        if key in keys.values():
            raise ValueError(f"the key with the id {identifier} is there under another id too")
        keys[identifier] = key
    return keys


def secret_keys(text: str) -> str:
    """Check a list of secret keys and return its text, which is how processes pass it on."""
    parse_secret_keys(text)
    return text


def mask_whole(_text: str) -> str:
    """Show that there is a secret and nothing of it."""
    return HIDDEN


def mask_login(text: str) -> str:
    """Show an address without the user and the password in it."""
    scheme, separator, rest = text.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{HIDDEN}@{place}" if at and login else text


def mask_keys(text: str) -> str:
    """Show the ids of secret keys, which are no secret, and nothing of the keys."""
    return ",".join(f"{identifier}:{HIDDEN}" for identifier in parse_secret_keys(text))


def _server_address(text: str, *schemes: str) -> SplitResult | None:
    """Split an address with a host; None if it is not one, or has another scheme."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable and not re.search(r"\s", text) else None


def _is_host_and_port(text: str) -> bool:
    """Return whether this is ``host``, ``host:port``, ``[ipv6]:port``, or nothing (a socket)."""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@]*)(?::([0-9]{1,5}))?", text)
    return match is not None and 0 < int(match[2] or 5432) < 65_536


def _key_bytes(written: str) -> bytes | None:
    """Decode a key; None if it is neither hexadecimal nor base64url.

    Hexadecimal digits alone are always read as such: a short or cut-off hexadecimal key must not
    pass as a longer base64url one.
    """
    try:
        if re.fullmatch(r"[0-9A-Fa-f]+", written):
            return bytes.fromhex(written)
        bare = written.rstrip("=")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", bare):
            return None
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (ValueError, binascii.Error):
        return None
