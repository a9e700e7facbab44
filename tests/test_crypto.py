"""Hashing, sealing and the check that an installation has its own keys."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.support.endpoints import make_endpoint
from tests.support.tenants import make_partner

from partner_api.crypto import SecretKeyError, SecretKeys, UnsealError, new_secret
from partner_api.ids import encode_crockford

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from partner_api.database.connection import Connection

OLD, NEW = "old:" + "11" * 32, "new:" + "22" * 32


def test_a_secret_verifies_and_another_does_not() -> None:
    keys, secret = SecretKeys.parse(NEW), new_secret()
    key_id, digest = keys.hash_secret(secret)
    assert (key_id, len(digest)) == ("new", 32)
    assert keys.verify(key_id, digest, secret)
    assert not keys.verify(key_id, digest, new_secret())


def test_every_character_of_a_secret_counts() -> None:
    # The last of 43 base64 characters has two bits that no byte shows.
    keys = SecretKeys.parse(NEW)
    secret = "A" * 43
    key_id, digest = keys.hash_secret(secret)
    assert not keys.verify(key_id, digest, "A" * 42 + "B")


def test_what_an_older_key_hashed_still_verifies() -> None:
    secret = new_secret()
    key_id, digest = SecretKeys.parse(OLD).hash_secret(secret)
    assert SecretKeys.parse(f"{NEW},{OLD}").verify(key_id, digest, secret)


def test_an_unknown_key_verifies_nothing() -> None:
    secret = new_secret()
    _, digest = SecretKeys.parse(NEW).hash_secret(secret)
    assert not SecretKeys.parse(NEW).verify("gone", digest, secret)


def test_two_keys_hash_differently() -> None:
    assert SecretKeys.parse(OLD).hash_secret("s")[1] != SecretKeys.parse(NEW).hash_secret("s")[1]


def test_what_was_sealed_opens_with_the_same_context_only() -> None:
    keys = SecretKeys.parse(NEW)
    sealed = keys.seal(b"whsec_x", b"tenant 1, record 1")
    assert b"whsec_x" not in sealed
    assert keys.unseal(sealed, b"tenant 1, record 1") == b"whsec_x"
    with pytest.raises(UnsealError):
        keys.unseal(sealed, b"tenant 1, record 2")


def test_sealing_twice_gives_two_ciphertexts() -> None:
    keys = SecretKeys.parse(NEW)
    assert keys.seal(b"x", b"") != keys.seal(b"x", b"")


def test_a_ciphertext_opens_after_its_key_is_no_longer_the_current_one() -> None:
    sealed = SecretKeys.parse(OLD).seal(b"x", b"c")
    assert SecretKeys.parse(f"{NEW},{OLD}").unseal(sealed, b"c") == b"x"
    with pytest.raises(UnsealError, match="'old'"):
        SecretKeys.parse(NEW).unseal(sealed, b"c")


def test_no_altered_ciphertext_opens() -> None:
    keys = SecretKeys.parse(NEW)
    sealed = keys.seal(b"x", b"c")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(UnsealError):
            keys.unseal(bytes(altered), b"c")
    for length in range(len(sealed)):
        with pytest.raises(UnsealError):
            keys.unseal(sealed[:length], b"c")


def test_a_signature_holds_for_its_message_and_any_key_of_the_list() -> None:
    signature = SecretKeys.parse(OLD).sign(b"page 2")
    both = SecretKeys.parse(f"{NEW},{OLD}")
    assert both.signed(b"page 2", signature)
    assert not both.signed(b"page 3", signature)
    assert not SecretKeys.parse(NEW).signed(b"page 2", signature)


def test_no_key_is_shown() -> None:
    keys = SecretKeys.parse(f"{NEW},{OLD}")
    assert repr(keys) == "SecretKeys(new, old)"
    assert all("22" * 32 not in value.hex() for value in keys.check_values().values())


def test_malformed_keys_are_a_sentence_without_the_key() -> None:
    with pytest.raises(SecretKeyError) as caught:
        SecretKeys.parse("new:tooshortasecret")
    assert "LAYERS_SECRET_KEYS" in str(caught.value)
    assert "tooshort" not in str(caught.value)


def test_the_file_of_keys_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = SecretKeys.load_or_create(folder)
    assert SecretKeys.load_or_create(folder).check_values() == first.check_values()
    assert stat.S_IMODE((folder / "secret-keys").stat().st_mode) == 0o600
    assert [file.name for file in folder.iterdir()] == ["secret-keys"]
    assert SecretKeys.load_or_create(tmp_path / "b").check_values() != first.check_values()


def test_a_broken_file_of_keys_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret-keys").write_text("nonsense")
    with pytest.raises(SecretKeyError, match="secret-keys"):
        SecretKeys.load_or_create(tmp_path)


_PREVIOUS = (
    "previous_secret = 'sealed', previous_secret_key_id = 'old', previous_secret_expires_at = {}"
)


@pytest.fixture
async def empty_installation(owner_connection: Connection) -> AsyncIterator[Connection]:
    """The database as if nobody had used it yet; what the test does is undone."""
    transaction = owner_connection.transaction()
    await transaction.start()
    await owner_connection.execute(
        "TRUNCATE secret_key_checks, operators, api_keys, webhook_endpoints CASCADE"
    )
    try:
        yield owner_connection
    finally:
        await transaction.rollback()


async def _add_operator(connection: Connection, keys: SecretKeys, *, revoked: bool = False) -> None:
    key_id, digest = keys.hash_secret("s")
    identity = uuid4()
    await connection.execute(
        "INSERT INTO operators (id, name, role, keyid, secret_hash, hash_key_id, created_at, "
        "revoked_at) VALUES ($1, $2, 'admin', $3, $4, $5, now(), "
        "CASE WHEN $6 THEN now() END)",
        identity,
        str(identity),
        encode_crockford(identity.int % 32**16, 16),
        digest,
        key_id,
        revoked,
    )


async def test_the_same_keys_fit_again_and_a_new_one_can_be_added(
    empty_installation: Connection,
) -> None:
    await SecretKeys.parse(OLD).verify_installation(empty_installation)
    await SecretKeys.parse(OLD).verify_installation(empty_installation)
    await SecretKeys.parse(f"{NEW},{OLD}").verify_installation(empty_installation)


async def test_another_key_under_the_same_id_stops_the_start(
    empty_installation: Connection,
) -> None:
    await SecretKeys.parse(OLD).verify_installation(empty_installation)
    with pytest.raises(SecretKeyError, match="'old'"):
        await SecretKeys.parse("old:" + "33" * 32).verify_installation(empty_installation)


async def test_a_missing_key_stops_the_start_while_someone_depends_on_it(
    empty_installation: Connection,
) -> None:
    await _add_operator(empty_installation, SecretKeys.parse(OLD))
    with pytest.raises(SecretKeyError, match="'old'"):
        await SecretKeys.parse(NEW).verify_installation(empty_installation)
    await SecretKeys.parse(f"{NEW},{OLD}").verify_installation(empty_installation)


@pytest.mark.parametrize("first", [OLD, f"{NEW},{OLD}"])
async def test_a_start_with_wrong_keys_does_not_use_up_their_ids(
    empty_installation: Connection, first: str
) -> None:
    await _add_operator(empty_installation, SecretKeys.parse(OLD))
    await SecretKeys.parse(OLD).verify_installation(empty_installation)
    # Both were to be given right: the old one, and a new one. Each time one was mistyped.
    new_id, _, _ = NEW.partition(":")
    wrong_new, wrong_old = f"{new_id}:{'44' * 32}", "old:" + "33" * 32
    for wrong in (wrong_new, f"{wrong_new},{wrong_old}"):
        with pytest.raises(SecretKeyError, match="'old'"):
            await SecretKeys.parse(wrong).verify_installation(empty_installation)
    await SecretKeys.parse(first).verify_installation(empty_installation)
    kept = await empty_installation.fetch("SELECT key_id FROM secret_key_checks")
    assert {row["key_id"] for row in kept} == {one.partition(":")[0] for one in first.split(",")}


async def test_a_key_that_only_the_revoked_depend_on_may_go(
    empty_installation: Connection,
) -> None:
    await _add_operator(empty_installation, SecretKeys.parse(OLD), revoked=True)
    await SecretKeys.parse(NEW).verify_installation(empty_installation)


@pytest.mark.parametrize(
    ("changes", "is_missing"),
    [
        ("secret_key_id = 'old'", True),
        ("secret_key_id = 'old', deleted_at = now()", False),
        (_PREVIOUS.format("now() + interval '1 hour'"), True),
        (_PREVIOUS.format("now() + interval '1 hour'") + ", deleted_at = now()", False),
        (_PREVIOUS.format("now() - interval '1 millisecond'"), False),
    ],
)
async def test_a_key_that_webhooks_are_signed_with_may_go_when_nothing_is(
    empty_installation: Connection, changes: str, *, is_missing: bool
) -> None:
    new = SecretKeys.parse(NEW)
    endpoint = await make_endpoint(empty_installation, await make_partner(empty_installation))
    for change in (f"secret_key_id = '{new.current_id}'", changes):
        await empty_installation.execute(
            f"UPDATE webhook_endpoints SET {change} WHERE id = $1", endpoint.id
        )
    if is_missing:
        with pytest.raises(SecretKeyError, match="'old'"):
            await new.verify_installation(empty_installation)
    else:
        await new.verify_installation(empty_installation)


async def test_the_clock_of_a_rehearsal_ends_the_time_of_a_previous_secret(
    empty_installation: Connection,
) -> None:
    new = SecretKeys.parse(NEW)
    endpoint = await make_endpoint(empty_installation, await make_partner(empty_installation))
    await empty_installation.execute(
        f"UPDATE webhook_endpoints SET secret_key_id = $2, {_PREVIOUS} WHERE id = $1".format(
            "now() + interval '1 hour'"
        ),
        endpoint.id,
        new.current_id,
    )
    await empty_installation.execute(
        "UPDATE installation SET ever_production = false, clock_offset_seconds = 3601"
    )
    await new.verify_installation(empty_installation)
