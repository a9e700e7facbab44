"""Tokens that were good lately are known, for an hour, and none of them is kept."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from partner_api.edge.identity import verified
from partner_api.edge.identity.credentials import (
    ApiKeyCredential,
    mint_api_key,
    mint_operator_token,
)
from partner_api.edge.identity.verified import VerifiedTokens

if TYPE_CHECKING:
    from partner_api.edge.identity.verified import Token

TENANT = 7


class Watch:
    """A time that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def tokens(watch: Watch) -> VerifiedTokens:
    return VerifiedTokens(watch)


def other_secret(key: ApiKeyCredential) -> ApiKeyCredential:
    return ApiKeyCredential(key.env, key.keyid, mint_api_key(TENANT, "live").secret)


@pytest.mark.parametrize("token", [mint_api_key(TENANT, "live"), mint_operator_token()])
def test_a_token_is_known_once_it_was_good(tokens: VerifiedTokens, token: Token) -> None:
    assert not tokens.knows(token)
    tokens.remember(token)
    assert tokens.knows(token)
    tokens.forget(token)
    assert not tokens.knows(token)


def test_another_secret_or_environment_of_the_same_id_is_not_known(tokens: VerifiedTokens) -> None:
    key = mint_api_key(TENANT, "live")
    tokens.remember(key)
    assert not tokens.knows(other_secret(key))
    assert not tokens.knows(ApiKeyCredential("test", key.keyid, key.secret))


def test_a_guess_does_not_make_the_right_token_forgotten(tokens: VerifiedTokens) -> None:
    key = mint_api_key(TENANT, "live")
    tokens.remember(key)
    tokens.forget(other_secret(key))
    assert tokens.knows(key)


def test_an_hour_counts_from_the_last_time(tokens: VerifiedTokens, watch: Watch) -> None:
    key = mint_api_key(TENANT, "live")
    tokens.remember(key)
    watch.seconds += 3_599
    assert tokens.knows(key)
    tokens.remember(key)
    watch.seconds += 3_599
    assert tokens.knows(key), "being used it stays known"
    watch.seconds += 1
    assert not tokens.knows(key), "being asked for is not being used"
    assert len(tokens) == 0


def test_the_longest_unused_goes_when_there_are_too_many(
    tokens: VerifiedTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verified._MOST_TOKENS == 10_000
    monkeypatch.setattr(verified, "_MOST_TOKENS", 3)
    first, second, third, fourth = [mint_api_key(TENANT, "live") for _ in range(4)]
    for key in (first, second, third, first, fourth):
        tokens.remember(key)
    assert [tokens.knows(key) for key in (first, second, third, fourth)] == [
        True,
        False,
        True,
        True,
    ]
    assert len(tokens) == 3


def test_a_token_that_is_not_known_is_not_hashed(
    tokens: VerifiedTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.remember(mint_api_key(TENANT, "live"))

    def hashed(token: Token) -> bytes:
        raise AssertionError("it was hashed")

    monkeypatch.setattr(tokens, "_digest", hashed)
    assert not tokens.knows(mint_api_key(TENANT, "live"))


def test_no_token_and_no_secret_is_kept(tokens: VerifiedTokens) -> None:
    key = mint_api_key(TENANT, "live")
    tokens.remember(key)
    kept = repr(tokens._tokens)
    assert key.keyid in kept
    assert key.secret not in kept
    assert key not in gc.get_referents(tokens._tokens)
    digests = [VerifiedTokens()._digest(key), VerifiedTokens()._digest(key)]
    assert digests[0] != digests[1], "another process's digests say nothing of it"
