"""How often a key may ask: per class of route and sliding minute, and per day for writes.

In one process the counts are in its memory, and exact. Several processes are exact together when
LAYERS_RATE_LIMIT_URL names a Redis or Valkey that they share. Without it, and while that cannot be
reached, each counts for itself, up to its share of the limit: nobody is refused because nobody can
count, and all together let through no more than the limit. What an answer names as the limit is what
holds where it was counted.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import msgspec
import structlog
from limits import RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from partner_api.errors import ApiError
from partner_api.settings.setting import SettingsError
from partner_api.time_limits import SHARED_COUNTERS_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from limits import RateLimitItem
    from limits.aio.storage import Storage
    from limits.util import WindowStats

    from partner_api.edge.identity.authentication import Caller, RateLimitTier

EndpointClass = Literal["read-light", "write-light", "long-running"]
Headers = list[tuple[bytes, bytes]]

T = TypeVar("T")
_log = structlog.get_logger(__name__)
FAILED_AUTHENTICATIONS_PER_MINUTE = 300
_SECONDS_BETWEEN_LOOKS = 10.0


class TierLimits(msgspec.Struct, frozen=True):
    """What one tier allows; ``running_jobs`` is per organization, the rest per key."""

    read_per_minute: int
    write_per_minute: int
    long_running_per_minute: int
    writes_per_day: int
    running_jobs: int


# None is unlimited.
TIERS: dict[RateLimitTier, TierLimits | None] = {
    "standard": TierLimits(120, 60, 20, 10_000, 10),
    "pilot": TierLimits(1_200, 600, 60, 100_000, 50),
    "partner": TierLimits(6_000, 3_000, 300, 500_000, 200),
    "sandbox": TierLimits(60, 30, 10, 1_000, 5),
    "internal": None,
}


class _Counters:
    """Ways of counting in one place, and how that place fails.

    ``sharers`` is among how many such places a limit is shared out.
    """

    def __init__(self, storage: Storage, sharers: int) -> None:
        self.sharers = sharers
        self.sliding = MovingWindowRateLimiter(storage)
        self.daily = FixedWindowRateLimiter(storage)
        self.failures = storage.base_exceptions
        self._storage = storage

    async def close(self) -> None:
        """Close the connections to a place that is another process."""
        # Typed checkers do not know what the storages of one kind have and others do not.
        await cast("Any", self._storage).bridge.storage.aclose()


class OwnMemory(MemoryStorage):
    """The library's counters in memory, which look for what has expired now and then only.

    The library's own look at every counter, with a change of thread for each, at nearly every request: with many keys
    that costs more than the requests. What has expired is not counted either way.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next_look = 0.0

    async def _MemoryStorage__schedule_expiry(self) -> None:
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _SECONDS_BETWEEN_LOOKS
            # Typed checkers do not know private names of other classes.
            await cast("Any", super())._MemoryStorage__schedule_expiry()


class RateLimits:
    """Counts requests and refuses those above the limits of their tier.

    Args:
        url: of the Redis or Valkey that several processes share; None counts in memory.
        processes: how many of them answer requests at the same address.
    """

    def __init__(self, url: str | None, processes: int = 1) -> None:
        self._own = _Counters(OwnMemory(), processes)
        self._shared = None if url is None else _Counters(_open_storage(url), 1)
        self._is_shared_away = False

    async def admit(self, caller: Caller, endpoint_class: EndpointClass) -> Headers:
        """Count a request of a key.

        Returns:
            The headers that name its bucket, for the answer, whatever that will be.

        Raises:
            RateLimitExceeded: over the minute's or the day's limit; it carries the headers too.
        """
        limits = TIERS[caller.rate_limit_tier]
        if limits is None:
            return [(b"x-ratelimit-endpoint-class", endpoint_class.encode())]
        return await self._count(lambda by: _admit(by, caller, limits, endpoint_class))

    async def check_failed_authentications(self, address: str) -> None:
        """Let an address try, and count nothing.

        Raises:
            RateLimitExceeded: too many requests of it have failed within the last minute.
        """
        await self._count(lambda by: _check_failed_authentications(by, address))

    async def count_failed_authentication(self, address: str) -> None:
        """Count a request that no key vouches for.

        Raises:
            RateLimitExceeded: too many from this address.
        """
        await self._count(lambda by: _count_failed_authentication(by, address))

    async def close(self) -> None:
        """Close what the counts are shared over; counting ends with it."""
        if self._shared is not None:
            await self._shared.close()

    async def _count(self, count: Callable[[_Counters], Awaitable[T]]) -> T:
        if self._shared is None:
            return await count(self._own)
        try:
            counted = await count(self._shared)
        except self._shared.failures as error:
            if not self._is_shared_away:
                _log.warning("rate_limits_not_shared", reason=type(error).__name__)
            self._is_shared_away = True
            return await count(self._own)
        if self._is_shared_away:
            _log.info("rate_limits_shared_again")
        self._is_shared_away = False
        return counted


async def _admit(
    by: _Counters, caller: Caller, limits: TierLimits, endpoint_class: EndpointClass
) -> Headers:
    item = _per_minute(limits, endpoint_class, by.sharers)
    identifiers = (str(caller.tenant_id), str(caller.counted_as), endpoint_class)
    admitted = await by.sliding.hit(item, *identifiers)
    window = await by.sliding.get_window_stats(item, *identifiers)
    reset = _seconds_until(window.reset_time)
    headers: Headers = [
        (b"x-ratelimit-endpoint-class", endpoint_class.encode()),
        (b"x-ratelimit-limit", b"%d" % item.amount),
        (b"x-ratelimit-remaining", b"%d" % max(0, window.remaining)),
        (b"x-ratelimit-reset", b"%d" % reset),
    ]
    if not admitted:
        raise RateLimitExceeded(endpoint_class, reset, headers)
    if endpoint_class != "read-light":
        daily = RateLimitItemPerDay(
            _share(limits.writes_per_day, by.sharers), namespace="layers-writes"
        )
        if not await by.daily.hit(daily, *identifiers[:2]):
            day = await by.daily.get_window_stats(daily, *identifiers[:2])
            raise RateLimitExceeded("writes_per_day", _seconds_until(day.reset_time), headers)
    return headers


async def _check_failed_authentications(by: _Counters, address: str) -> None:
    window = await by.sliding.get_window_stats(_failures(by.sharers), address)
    if window.remaining <= 0:
        raise _failed_too_often(window)


async def _count_failed_authentication(by: _Counters, address: str) -> None:
    item = _failures(by.sharers)
    if not await by.sliding.hit(item, address):
        raise _failed_too_often(await by.sliding.get_window_stats(item, address))


def _failures(sharers: int) -> RateLimitItem:
    return RateLimitItemPerMinute(
        _share(FAILED_AUTHENTICATIONS_PER_MINUTE, sharers), namespace="layers-failed"
    )


def _share(amount: int, sharers: int) -> int:
    """Return the part of a limit that one of several processes may let through; not nothing, or it would refuse all."""
    return max(1, amount // sharers)


def _failed_too_often(window: WindowStats) -> RateLimitExceeded:
    return RateLimitExceeded("failed_authentication", _seconds_until(window.reset_time), [])


class RateLimitExceeded(ApiError):
    """RATE_LIMITED, with the headers that name the bucket."""

    def __init__(self, limit: str, retry_after_seconds: int, headers: Headers) -> None:
        super().__init__(
            "RATE_LIMITED",
            details={"limit": limit},
            headers={"Retry-After": str(retry_after_seconds)},
        )
        self.bucket = headers


def _open_storage(url: str) -> Storage:
    try:
        return cast(
            "Storage",
            storage_from_string(
                f"async+{url}",
                implementation="redispy",
                socket_timeout=SHARED_COUNTERS_SECONDS,
                socket_connect_timeout=SHARED_COUNTERS_SECONDS,
            ),
        )
    except ConfigurationError:
        raise SettingsError(
            [
                "LAYERS_RATE_LIMIT_URL is set, but the client for it is not installed. "
                "Install the package with its extra: layers-partner-api[redis]."
            ]
        ) from None


def _per_minute(limits: TierLimits, endpoint_class: EndpointClass, sharers: int) -> RateLimitItem:
    amount = {
        "read-light": limits.read_per_minute,
        "write-light": limits.write_per_minute,
        "long-running": limits.long_running_per_minute,
    }[endpoint_class]
    return RateLimitItemPerMinute(_share(amount, sharers), namespace="layers")


def _seconds_until(timestamp: float) -> int:
    return max(1, math.ceil(timestamp - time.time()))
