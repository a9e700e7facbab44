"""One client of the libraries, whatever the language: tests name its methods and arguments as the wire does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class RawAnswer:
    """What ``with_raw_response`` tells of an answer."""

    status: int
    headers: dict[str, str]
    """With lower-case names."""
    request_id: str | None
    rate_limit: JsonObject
    """With the names of the wire."""
    data: Any


class CallFailed(Exception):
    """An error of a library: its class by name, and its fields by the wire's names."""

    def __init__(self, kind: str, message: str, fields: JsonObject) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.fields = fields

    @property
    def code(self) -> str | None:
        """The code of the API; None when there was no answer."""
        code: str | None = self.fields.get("code")
        return code

    @property
    def idempotency_key(self) -> str | None:
        """The key of the write that failed."""
        key: str | None = self.fields.get("idempotencyKey")
        return key


@dataclass(frozen=True)
class Options:
    """Of one call; None is the client's own."""

    idempotency_key: str | None = None
    organization: str | None = None
    timeout_seconds: float | None = None
    max_retries: int | None = None
    extra_headers: dict[str, str] | None = None


NO_OPTIONS = Options()


class Caller(Protocol):
    """A client of one of the two APIs."""

    called: set[str]
    """The methods that were called, such as ``organizations.credits.allocate``."""

    async def call(self, name: str, /, options: Options = NO_OPTIONS, **arguments: Any) -> Any:
        """Call a method and return what it returns; a page as an object of the wire.

        Raises:
            CallFailed: it failed.
        """

    async def raw(self, name: str, /, **arguments: Any) -> RawAnswer:
        """Call a method for the whole answer."""

    async def walk(
        self, name: str, /, *, at_most: int | None = None, **arguments: Any
    ) -> list[Any]:
        """Return the items of all pages of a list, or so many of the first."""

    async def count(self, name: str, /, marks: list[int]) -> list[int]:
        """Walk all pages and keep no item; the bytes in use when so many items had come, the last mark at the end.

        Each item's ``eventId`` has to be its number.
        """

    async def methods(self) -> set[str]:
        """Return the names of all methods that the client has, as its classes say."""

    async def close(self) -> None:
        """End it, with its connections."""


@dataclass(frozen=True)
class ClientSettings:
    """How a client is made; None is the library's own."""

    base_url: str
    credential: str
    api: str = "partner"
    """Or ``operator``."""
    timeout_seconds: float | None = None
    max_retries: int | None = None
    extra: JsonObject = field(default_factory=dict)
