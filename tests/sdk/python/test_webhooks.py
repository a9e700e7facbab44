"""Webhooks in the Python library, with the vectors that both libraries share."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from layers_partner import ConfigurationError, WebhookVerificationError, webhooks

VECTORS = json.loads(
    (Path(__file__).parents[3] / "docs/webhook-vectors.json").read_text(encoding="utf-8")
)["vectors"]
SECRET = "whsec_test"
BODY = b'{"type":"test.ping"}'


def signature(body: bytes = BODY, *, secret: str = SECRET, at: int | None = None) -> str:
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()

    def verify() -> Any:
        return webhooks.verify(
            body,
            vector["headers"],
            vector["secrets"],
            vector["tolerance"],
            now=vector["now"],
        )

    if vector["valid"]:
        assert verify() == json.loads(body)
    else:
        with pytest.raises(WebhookVerificationError):
            verify()


def test_the_vectors_are_both_kinds() -> None:
    valid = [vector["valid"] for vector in VECTORS]
    assert valid.count(True) >= 10
    assert valid.count(False) >= 30


def test_the_time_is_the_machines_by_default() -> None:
    assert webhooks.verify(BODY, {"X-Layers-Signature": signature()}, SECRET)["type"] == "test.ping"
    old = {"X-Layers-Signature": signature(at=int(time.time()) - 1000)}
    with pytest.raises(WebhookVerificationError, match="too far off"):
        webhooks.verify(BODY, old, SECRET)
    assert webhooks.verify(BODY, old, SECRET, tolerance=100_000)["type"] == "test.ping"


def test_headers_come_in_many_kinds() -> None:
    header = signature()
    for headers in (
        {"x-layers-signature": header},
        [("Host", "a"), ("X-Layers-Signature", header)],
        [(b"host", b"a"), (b"x-layers-signature", header.encode())],
        iter([("X-LAYERS-SIGNATURE", header)]),
    ):
        assert webhooks.verify(BODY, headers, SECRET)["type"] == "test.ping"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        [("X-Layers-Signature", signature()), ("x-layers-signature", signature())],
        {"X-Layers-Signature": 5},
        {"X-Layers-Signature": None},
        {5: signature()},
        [(b"x-layers-signature", b"\xff\xfe")],
    ],
)
def test_headers_that_are_none_are_one_kind_of_error(headers: Any) -> None:
    with pytest.raises(WebhookVerificationError):
        webhooks.verify(BODY, headers, SECRET)


@pytest.mark.parametrize("secret", ["", [], [""], ["whsec_a", ""], [None]])
def test_no_secret_verifies_nothing(secret: Any) -> None:
    headers = {"X-Layers-Signature": signature(secret="")}
    with pytest.raises(ConfigurationError, match="`secret` must be"):
        webhooks.verify(BODY, headers, secret)


def test_a_body_that_was_decoded_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="raw bytes"):
        webhooks.verify(BODY.decode(), {"X-Layers-Signature": signature()}, SECRET)  # type: ignore[arg-type]
    held = memoryview(bytearray(BODY))
    assert webhooks.verify(held, {"X-Layers-Signature": signature()}, SECRET)  # type: ignore[arg-type]


@pytest.mark.parametrize("tolerance", [float("nan"), -1])
def test_a_tolerance_that_is_no_length_of_time_lets_nothing_in(tolerance: float) -> None:
    old = {"X-Layers-Signature": signature(at=1)}
    with pytest.raises(WebhookVerificationError, match="too far off"):
        webhooks.verify(BODY, old, SECRET, tolerance)


@pytest.mark.parametrize("secret", [None, "", [], [None], b"whsec_test"])
def test_a_secret_that_is_not_set_is_a_fault_of_the_program(secret: Any) -> None:
    with pytest.raises(ConfigurationError, match="whsec_"):
        webhooks.verify(BODY, {"X-Layers-Signature": signature()}, secret)


def test_headers_of_a_server_of_the_standard_library() -> None:
    headers = Message()
    headers["Host"] = "a"
    headers["X-Layers-Signature"] = signature()
    assert webhooks.verify(BODY, headers, SECRET)["type"] == "test.ping"
    headers["x-layers-signature"] = signature()
    with pytest.raises(WebhookVerificationError, match="one header"):
        webhooks.verify(BODY, headers, SECRET)
