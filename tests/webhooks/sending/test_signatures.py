"""What we sign is what others verify: the vectors in docs, a library of somebody else, and our own."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from layers_partner import WebhookVerificationError, webhooks
from partner_api.webhooks.sending.signatures import new_signing_secret, signature_headers

FILE = Path(__file__).parents[3] / "docs/webhook-vectors.json"
WHOLE = [
    vector
    for vector in json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
    if "webhook-signature" in vector["headers"]
]
BODY = '{"type":"test.ping","data":{"text":"Grüße 🚀"}}'.encode()


@pytest.mark.parametrize("vector", WHOLE, ids=lambda vector: vector["name"])
def test_we_sign_as_the_vectors_say(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    event_id = json.loads(body)["id"]
    headers = signature_headers(vector["secrets"], event_id, body, vector["now"])
    assert headers == vector["headers"]


@pytest.mark.parametrize("vector", WHOLE, ids=lambda vector: vector["name"])
def test_another_implementation_signs_as_the_vectors_say(vector: dict[str, Any]) -> None:
    at = datetime.fromtimestamp(vector["now"], UTC)
    signatures = [
        standardwebhooks.Webhook(secret).sign(vector["headers"]["webhook-id"], at, vector["body"])
        for secret in vector["secrets"]
    ]
    assert vector["headers"]["webhook-signature"] == " ".join(signatures)


def test_the_vectors_have_whole_requests() -> None:
    assert len(WHOLE) >= 5
    assert any(len(vector["secrets"]) > 1 for vector in WHOLE)
    assert any(not vector["body"].isascii() for vector in WHOLE)


def test_each_live_secret_verifies_what_both_have_signed() -> None:
    present, previous, other = (new_signing_secret() for _ in range(3))
    headers = signature_headers([present, previous], "evt_1", BODY, int(time.time()))
    for secret in (present, previous):
        assert standardwebhooks.Webhook(secret).verify(BODY, headers) == json.loads(BODY)
        assert webhooks.verify(BODY, headers, secret)["type"] == "test.ping"
    for changed in (BODY + b" ", BODY.replace(b"ping", b"pong")):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(present).verify(changed, headers)
        with pytest.raises(WebhookVerificationError):
            webhooks.verify(changed, headers, present)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(other).verify(BODY, headers)
    # The id is signed too, so that nobody can send an old event as another one.
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(present).verify(BODY, headers | {"webhook-id": "evt_2"})


def test_a_secret_is_32_random_bytes() -> None:
    secrets = {new_signing_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
