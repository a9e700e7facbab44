"""Takes secrets out of text that people will read: log lines and error sentences."""

import re
from collections.abc import Mapping

HIDDEN = "****"

# A key id is 16 characters of Crockford's base32, of the portal 34, and no secret: it stays readable, so that the
# key that a line speaks of can be found.
_KEY = re.compile(
    r"(lp_(?:live|test)|lp[a-z])_(?:([0-9A-HJKMNP-TV-Z]{16}(?:[0-9A-HJKMNP-TV-Z]{18})?)(?![A-Za-z0-9-]))?([\w*-]*)"
)
_SIGNING_SECRET = re.compile(r"whsec_[\w+/=-]+")
# A password may have been written without escaping its @ or /, so for PostgreSQL everything up to
# the last @ of the word is taken for it.
_WORD = re.compile(r"\S+")
_POSTGRES_PASSWORD = re.compile(r"(postgres(?:ql)?(?:\+\w+)?://[^\s:@/]*):.*", re.DOTALL)
_URL_PASSWORD = re.compile(r"(://[^\s:@/]*):[^\s@/]*@")
_PASSWORD_PARAMETER = re.compile(r"([?&](?:ssl)?password=)[^\s&]+")
# At least 16 characters: prose may speak of a bearer token.
_BEARER = re.compile(r"(bearer\s+)(?!lp_(?:live|test)_|lp[a-z]_)[^\s\"',;]{16,}", re.IGNORECASE)

_SECRET_WORDS = frozenset({"authorization", "password", "secret", "token"})


def redact(text: str) -> str:
    """Replace what looks like a secret by ``****``.

    That is: the secret part of API keys, operators' tokens, sessions and links, webhook signing secrets, passwords
    in URLs, and any other credential after the word Bearer.
    """
    text = _KEY.sub(_keep_key_id, text)
    text = _SIGNING_SECRET.sub(f"whsec_{HIDDEN}", text)
    if "postgres" in text:
        text = _WORD.sub(_hide_postgres_password, text)
    text = _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)
    text = _PASSWORD_PARAMETER.sub(rf"\1{HIDDEN}", text)
    return _BEARER.sub(rf"\1{HIDDEN}", text)


def redact_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """Redact every text in a mapping, however deep.

    A name that ends in password, secret, token or authorization hides its value, whatever that
    looks like. What is not plain data becomes text.
    """
    return {
        redact(str(name)): HIDDEN
        if value is not None and re.split("[_-]", str(name).lower())[-1] in _SECRET_WORDS
        else _redact_value(value)
        for name, value in fields.items()
    }


def _redact_value(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return redact_fields(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact_value(inner) for inner in value]
    return redact(repr(value) if isinstance(value, BaseException) else str(value))


def _hide_postgres_password(match: re.Match[str]) -> str:
    """Hide, in one word, what stands between the user's name and the last @."""
    address, at, rest = match[0].rpartition("@")
    return _POSTGRES_PASSWORD.sub(rf"\1:{HIDDEN}", address) + at + rest if at else rest


def _keep_key_id(match: re.Match[str]) -> str:
    kind, key_id, rest = match.groups()
    if key_id is None:
        return f"{kind}_{HIDDEN}"
    return f"{kind}_{key_id}_{HIDDEN}" if rest else f"{kind}_{key_id}"
