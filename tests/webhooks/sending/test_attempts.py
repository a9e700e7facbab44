"""What is reported of an attempt can be stored, whatever it was that came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.webhooks.sending.test_sender import KEYS, NOW, claimed

from partner_api.webhooks.sending.attempts import attempt
from partner_api.webhooks.sending.client import Answer, WebhookClient

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


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
