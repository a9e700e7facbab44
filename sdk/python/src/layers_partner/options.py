"""What a call may be given beside its arguments, and the mark of what it was not given."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import IO, Final, TypeAlias, TypedDict, final


@final
class NotGiven:
    """The type of `NOT_GIVEN`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()
"""The value of an argument that is left out of the request; ``None`` is sent, as null, and clears."""


class _SendingOptions(TypedDict, total=False):
    max_retries: int
    """How often the request is sent again after a passing failure; instead of the client's."""
    extra_headers: Mapping[str, str]
    """Headers to send beside the library's own and the client's."""


class WaitOptions(_SendingOptions, total=False):
    """Options of each request of a call that makes several."""

    organization: str
    """The child to act for; instead of the client's."""


class FollowOptions(WaitOptions, total=False):
    """Options of each request of a call that goes on for ever."""

    timeout: float
    """Seconds for each request beside its wait: all tries and the pauses between them; instead of the client's."""


class CallOptions(_SendingOptions, total=False):
    """Options that a call to either API has."""

    idempotency_key: str
    """1 to 255 printable ASCII characters that name this write; a new UUID by default."""
    timeout: float
    """Seconds for everything: all tries and the pauses between them; instead of the client's."""


class RequestOptions(CallOptions, WaitOptions, total=False):
    """Options of one call, by keyword."""


class OperatorRequestOptions(CallOptions, total=False):
    """Options of one call to the operator's API, by keyword. An operator acts for no child."""


UploadContent: TypeAlias = bytes | bytearray | memoryview | IO[bytes] | Iterable[bytes]
"""What is sent as it is: bytes, a file opened in binary mode, or pieces.

Pieces are sent once, and not again after a failure, unless they are a list or a tuple."""

AsyncUploadContent: TypeAlias = UploadContent | AsyncIterable[bytes]
"""The same, or pieces of an asynchronous source."""
