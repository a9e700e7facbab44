"""Which tokens were in use lately: what tells a client's own key from a guess before any look-up."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_TOKENS = 10_000
_SECONDS_REMEMBERED = 3_600.0
_KEY_BYTES = 32
_DIGEST_BYTES = 16


class Token(Protocol):
    """A well-formed API key or operator's token."""

    @property
    def keyid(self) -> str:
        """Its public part."""

    @property
    def text(self) -> str:
        """The whole of it."""


class VerifiedTokens:
    """Remembers the tokens with which this process has let someone in during the last hour.

    It vouches for none of them: they are only worth a look-up when their address has failed too
    often. Kept are digests with a key that no one else has, never a token; a token whose public
    part is not known is not even hashed.

    Args:
        monotonic: tells the time, in seconds.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._key = secrets.token_bytes(_KEY_BYTES)
        # By the public part: the digest, and until when it counts. The longest unused is first.
        self._tokens: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tokens)

    def knows(self, token: Token) -> bool:
        """Return whether this very token was good within the last hour."""
        known = self._tokens.get(token.keyid)
        if known is None:
            return False
        digest, until = known
        if self._monotonic() >= until:
            del self._tokens[token.keyid]
            return False
        return hmac.compare_digest(digest, self._digest(token))

    def remember(self, token: Token) -> None:
        """Note that a token was good just now."""
        self._tokens[token.keyid] = (
            self._digest(token),
            self._monotonic() + _SECONDS_REMEMBERED,
        )
        self._tokens.move_to_end(token.keyid)
        if len(self._tokens) > _MOST_TOKENS:
            self._tokens.popitem(last=False)

    def forget(self, token: Token) -> None:
        """Note that a token is not good; another with the same public part stays."""
        if self.knows(token):
            del self._tokens[token.keyid]

    def _digest(self, token: Token) -> bytes:
        return hashlib.blake2b(
            token.text.encode(), key=self._key, digest_size=_DIGEST_BYTES
        ).digest()
