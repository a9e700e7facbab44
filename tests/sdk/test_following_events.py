"""``events.follow`` of every client on a real feed: through outages, and on from a cursor that was kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.sdk.callers import ClientSettings
from tests.support.fault_proxy import Cut, Fault, FaultProxy, Pass, Reset, refusal

if TYPE_CHECKING:
    from tests.sdk.conftest import OpenCaller
    from tests.support.installation import Installation
    from tests.support.serving import Service

_SECONDS = 120.0
FAULTS: list[Fault] = [
    Reset(),
    refusal(503, "UNAVAILABLE", Retry_After="0"),
    Cut(),
    refusal(429, "RATE_LIMITED", Retry_After="0"),
]


async def test_nothing_is_left_out_or_repeated_when_a_follower_begins_where_it_was(
    server: Service, installation: Installation, open_caller: OpenCaller
) -> None:
    partner = await installation.test_tenant(await installation.partner())
    key = await installation.key(partner, "webhooks:read", "webhooks:write", env="test")
    maker = await open_caller(ClientSettings(server.base_url, key.text))

    async def sample() -> Any:
        return await maker.call("events.create_sample", type="job.completed")

    with FaultProxy(server.port) as proxy:
        follower = await open_caller(ClientSettings(proxy.base_url, key.text, max_retries=0))

        async def look(cursor: str | None) -> Any:
            async with asyncio.timeout(_SECONDS):
                (found,) = await follower.walk("events.follow", at_most=1, cursor=cursor, wait=1)
            return found

        begin = await look(None)
        assert begin["events"] == []
        # It is answered once, and then nothing works for a while.
        proxy.script(Pass(), *FAULTS)
        following = asyncio.ensure_future(look(begin["cursor"]))
        await asyncio.to_thread(proxy.wait_for_exchanges, 1 + len(FAULTS))
        first = await sample()
        found = await following
        assert found["events"] == [first]

        # What happens while nobody follows is there the next time, and the rest does not come again.
        second, third = await sample(), await sample()
        late: list[Any] = []
        cursor = found["cursor"]
        while len(late) < 2:
            found = await look(cursor)
            late += found["events"]
            cursor = found["cursor"]
        assert late == [second, third]
        await follower.close()
    await maker.close()
