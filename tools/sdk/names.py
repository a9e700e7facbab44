"""Names of the wire, turned into names of each language, and prose that speaks of them."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_CODE = re.compile(r"(?<!`)`([A-Za-z_][\w-]*)`(?!`)")
# The members of every resource, which no method, child or argument may hide.
_MEMBERS = {"with_raw_response", "client", "_client"}
# What a JavaScript object has anyway; `then` would make a promise of it, in the eyes of `await`.
_OF_OBJECTS = {"constructor", "prototype", "then", "to_string", "value_of", "has_own_property"}
# Options of each call. An argument of the same name would be taken for one.
OPTIONS = (
    "idempotency_key",
    "organization",
    "timeout",
    "max_retries",
    "extra_headers",
    "options",
    "signal",
)
# Globals that generated TypeScript uses, or whose meaning nobody should have to look up.
_TYPESCRIPT_TYPES = {
    *("Array", "Promise", "Record", "Page", "PagePromise", "ApiPromise", "RequestOptions"),
    *("Resource", "Client", "UploadContent", "Date", "Error", "Object", "String", "Number"),
    *("Boolean", "Map", "Set", "Symbol", "Function"),
}
_PYTHON_TYPES = {
    *("Page", "AsyncPage", "AsyncPages", "Any", "Literal", "Mapping", "Sequence", "TypedDict"),
    *("NotRequired", "NotGiven", "Operation", "RequestOptions", "Resource", "AsyncResource"),
    *("Unpack", "UploadContent", "AsyncUploadContent", "None", "True", "False"),
}
# What the libraries export that is written by hand. In TypeScript it would hide a generated type without a word.
_EXPORTED = {
    *("Layers", "LayersOptions", "LayersOperator", "LayersOperatorOptions", "ClientOptions"),
    *("OperatorRequestOptions", "WaitOptions", "RequestParams", "Logger", "RateLimit", "Issue"),
    *("RawResponse", "APIErrorParts", "VERSION", "LayersError", "ConfigurationError"),
    *("WebhookVerificationError", "APIConnectionError", "APITimeoutError", "APIError"),
    *("AuthenticationError", "PermissionDeniedError", "NotFoundError", "MethodNotAllowedError"),
    *("ValidationError", "IdempotencyRequiredError", "IdempotencyConflictError"),
    *("IdempotencyInProgressError", "ConflictError", "BillingExhaustedError", "RateLimitedError"),
    *("PayloadTooLargeError", "RequestTimeoutError", "KillSwitchError", "UnavailableError"),
    *("InternalServerError", "JobFailedError", "JobCanceledError", "Followed", "FollowOptions"),
    "FollowParams",
}
CLASS_ENDING = "Resource"
RESERVED_TYPES = _TYPESCRIPT_TYPES | _PYTHON_TYPES | _EXPORTED


def words(name: str) -> list[str]:
    """Split a name in any of the usual spellings into its words, in lower case."""
    return [word.lower() for word in _WORD.findall(name)]


def snake(name: str) -> str:
    """Return a name as Python writes it: ``projectId`` is ``project_id``; a reserved word gets a ``_`` behind it."""
    text = "_".join(words(name))
    return f"{text}_" if keyword.iskeyword(text) else text


def camel(name: str) -> str:
    """Return a name as TypeScript writes it: ``retrieve_url`` is ``retrieveUrl``."""
    first, *others = words(name)
    return first + "".join(word.capitalize() for word in others)


def pascal(names: Iterable[str]) -> str:
    """Return the name of a class: that of ``leased_accounts`` and ``requests`` is ``LeasedAccountsRequests``."""
    return "".join(word.capitalize() for name in names for word in words(name))


def class_of(path: Iterable[str], *, raw: bool = False) -> str:
    """Return the name of a resource's class, which cannot be that of an object: those have no such ending."""
    return f"{pascal(path)}{'Raw' if raw else ''}{CLASS_ENDING}"


def kebab(names: Iterable[str]) -> str:
    """Return the name of a file of TypeScript."""
    return "-".join(word for name in names for word in words(name))


def is_member(name: str) -> bool:
    """Check whether a name in snake_case can be a member of a resource in both languages."""
    return not (name in _MEMBERS or name in _OF_OBJECTS or keyword.iskeyword(name))


def rename_code(text: str, renamed: Mapping[str, str]) -> str:
    """Return prose in which names between single backticks are those of the language."""
    return _CODE.sub(lambda match: f"`{renamed.get(match[1], match[1])}`", text)
