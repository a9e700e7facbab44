"""Ids: what is written, what is read, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_api.ids import (
    CROCKFORD,
    MalformedId,
    decode_crockford,
    encode_crockford,
    format_id,
    new_request_id,
    new_ulid,
    new_uuid7,
    parse_id,
)

AN_ID = UUID("01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05")
NOW = datetime(2026, 6, 1, 12, 0, 0, 123000, tzinfo=UTC)


def test_a_resource_is_written_as_prefix_and_uuid() -> None:
    assert format_id("org", AN_ID) == "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"


def test_an_event_is_written_as_prefix_and_ulid() -> None:
    # The example of the ULID specification: 48 bits of time, 80 of chance.
    assert format_id("job", UUID(int=0)) == "job_" + "0" * 26
    assert format_id("job", UUID(int=2**128 - 1)) == "job_7" + "Z" * 25


@given(st.uuids(), st.sampled_from(["org", "prj", "key", "job", "req", "evt", "lreq"]))
def test_every_id_reads_as_it_was_written_with_and_without_prefix(value: UUID, prefix: str) -> None:
    text = format_id(prefix, value)  # type: ignore[arg-type]
    assert parse_id(prefix, text) == value  # type: ignore[arg-type]
    assert parse_id(prefix, text.removeprefix(f"{prefix}_")) == value  # type: ignore[arg-type]
    assert parse_id(prefix, str(value).upper()) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "org_",
        "org_1",
        f"prj_{AN_ID}",
        f"ORG_{AN_ID}",
        f"org_org_{AN_ID}",
        f"org_{AN_ID.hex}",
        f"org_{{{AN_ID}}}",
        f"org_urn:uuid:{AN_ID}",
        f"org_{AN_ID} ",
        f" {AN_ID}",
        f"org_{AN_ID}\n",
        f"org_{AN_ID}0",
        "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c0g",
        "org_01981d2c-5b7e-7a10-8c3d2f6e-9a4b1c05",
        "org_01981d2c_5b7e_7a10_8c3d_2f6e9a4b1c05",
        # Digits that int() takes, but that no id has.
        "org_\uff101981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
        "org_+1981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05",
        # A ULID, where ids are UUIDs.
        "org_01K0EMRPVYF88W1S7F6X9MPQ0R",
        "org_\0",
    ],
)
def test_what_is_not_exactly_an_id_is_malformed(text: str) -> None:
    with pytest.raises(MalformedId):
        parse_id("org", text)


@pytest.mark.parametrize(
    "text",
    [
        "job_8" + "0" * 25,  # 131 bits
        "job_" + "0" * 25,
        "job_" + "0" * 25 + "U",
        "job_" + "0" * 25 + "_",
        "job_" + "0" * 25 + "-",
        "job_" + "0" * 25 + "\u0660",
        "req_" + "0" * 26,
    ],
)
def test_what_is_not_exactly_a_ulid_is_malformed(text: str) -> None:
    with pytest.raises(MalformedId):
        parse_id("job", text)


def test_a_ulid_may_be_written_in_lower_case() -> None:
    value = new_ulid(NOW)
    assert parse_id("job", format_id("job", value).lower()) == value


def test_a_uuid7_says_its_version_and_when_it_was_made() -> None:
    value = new_uuid7(NOW)
    assert (value.version, value.variant) == (7, UUID(int=0x80 << 56).variant)
    assert value.int >> 80 == int(NOW.timestamp() * 1000)


def test_later_ids_sort_later() -> None:
    instants = [NOW + timedelta(milliseconds=step) for step in range(50)]
    for make in (new_uuid7, new_ulid):
        made = [make(instant) for instant in instants]
        assert made == sorted(made)
        assert len({make(NOW) for _ in range(1000)}) == 1000


def test_a_request_id_is_a_ulid_of_its_time() -> None:
    text = new_request_id(1_780_000_000_123)
    assert parse_id("req", text).int >> 80 == 1_780_000_000_123
    assert new_request_id(1_780_000_000_123) != text


@given(st.integers(0, 2**40 - 1))
def test_crockford_reads_what_it_wrote(value: int) -> None:
    text = encode_crockford(value, 8)
    assert len(text) == 8
    assert set(text) <= set(CROCKFORD)
    assert decode_crockford(text) == decode_crockford(text.lower()) == value


@pytest.mark.parametrize("text", ["I", "L", "O", "U", "i", "u", "-1", "1_0", " 1", "1.", "é", "²"])
def test_crockford_refuses_other_characters(text: str) -> None:
    with pytest.raises(MalformedId):
        decode_crockford(text)
