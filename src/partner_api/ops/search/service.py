"""Reading what somebody searches for: an id, a key, or the beginning of a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from partner_api.edge.identity.credentials import ApiKeyCredential
from partner_api.ids import ULID_PREFIXES, MalformedId, decode_id, decode_uuid
from partner_api.ops.search.schemas import KINDS
from partner_api.search.operator_store import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# Behind the public part of a key there may be its secret, which is not looked at.
_API_KEY: Final = re.compile(r"lp_(live|test)_([0-9A-HJKMNP-TV-Z]{16})(_[\w-]*)?", re.ASCII)
_OPERATOR_TOKEN: Final = re.compile(r"lpo_([0-9A-HJKMNP-TV-Z]{16})(_[\w-]*)?", re.ASCII)
_ULID: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)
_ANY_BARE: Final[Sequence[Kind]] = (*KINDS.values(), "webhook_endpoint", "webhook_delivery")
_ULID_KINDS: Final[Sequence[Kind]] = [
    kind for prefix, kind in KINDS.items() if prefix in ULID_PREFIXES
]


class Wanted(Struct, frozen=True):
    """What somebody searches for; all empty if it is a text.

    Attributes:
        id: of one of ``kinds``.
        kinds: what may have the id.
        request_id: of a request.
        api_key: of an API key its public part, with an empty secret.
        operator_keyid: of an operator's token its public part.
    """

    id: UUID | None = None
    kinds: Sequence[Kind] = ()
    request_id: str | None = None
    api_key: ApiKeyCredential | None = None
    operator_keyid: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether it is neither an id nor a key."""
        return self == _TEXT


_TEXT: Final = Wanted()


def read_wanted(text: str) -> Wanted:
    """Read what somebody searches for; what looks like an id and is none is a text like others."""
    if match := _API_KEY.fullmatch(text):
        env: Any = match[1]
        return Wanted(api_key=ApiKeyCredential(env, match[2], ""))
    if match := _OPERATOR_TOKEN.fullmatch(text):
        return Wanted(operator_keyid=match[1])
    prefix, separator, bare = text.partition("_")
    if prefix == "req" and _ULID.fullmatch(bare.upper()):
        return Wanted(request_id=f"req_{bare.upper()}")
    try:
        if separator and prefix in KINDS:
            return Wanted(UUID(int=decode_id(prefix, text)), [KINDS[prefix]])
        if _ULID.fullmatch(text.upper()):
            return Wanted(
                UUID(int=decode_id("job", text)), _ULID_KINDS, request_id=f"req_{text.upper()}"
            )
        return Wanted(UUID(int=decode_uuid(text)), _ANY_BARE)
    except MalformedId:
        return _TEXT
