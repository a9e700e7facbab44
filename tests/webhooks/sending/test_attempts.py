"""What is reported of an attempt can be stored, whatever it was that came of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.support.receiver import Receiver
from tests.webhooks.sending.test_sender import KEYS, NOW, claimed

from partner_api.webhooks.sending.attempts import attempt
from partner_api.webhooks.sending.client import Answer, WebhookClient

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pytest


class Strange(WebhookClient):
    """Says what no client should."""

    async def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, whose: Hashable = None
    ) -> Answer:
        return Answer(None, "A name\0with \udcff\n" + "x" * 600, b"", 3, None)


async def test_a_sentence_is_of_characters_that_the_database_takes() -> None:
    client = Strange(development=True)
    result = await attempt(client, KEYS, claimed("https://hooks.example.test/"), NOW)
    assert result.error is not None
    assert result.error.startswith("A name\\x00with \\udcff\\n")
    assert len(result.error) == 500
    assert 0.9 <= result.jitter <= 1.1
    assert result.at == NOW
    await client.aclose()


async def test_each_attempt_is_signed_anew_with_the_same_id_and_body(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = WebhookClient(development=True)
    async with Receiver() as receiver:
        delivery = claimed(receiver.url())
        for at in (1_780_000_000, 1_780_000_030):
            monkeypatch.setattr(time, "time", lambda at=at: at + 0.9)
            assert (await attempt(client, KEYS, delivery, NOW)).status == 204
        first, second = receiver.requests
    await client.aclose()
    assert first.body == second.body
    assert first.event_id == second.event_id == first.headers["webhook-id"]
    for header in ("x-layers-signature", "webhook-signature", "webhook-timestamp"):
        assert first.headers[header] != second.headers[header]
    assert second.headers["x-layers-signature"].startswith("t=1780000030,v1=")
    assert second.headers["webhook-timestamp"] == "1780000030"


async def test_retries_are_spread_over_a_tenth_to_either_side() -> None:
    client = Strange(development=True)
    delivery = claimed("https://hooks.example.test/")
    jitters = [(await attempt(client, KEYS, delivery, NOW)).jitter for _ in range(300)]
    await client.aclose()
    assert 0.9 <= min(jitters) < 0.92
    assert 1.08 < max(jitters) <= 1.1
