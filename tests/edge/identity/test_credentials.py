"""The text of keys and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_api.edge.identity.credentials import (
    key_prefix,
    mint_api_key,
    mint_operator_token,
    mint_portal_link,
    parse_api_key,
    parse_operator_token,
    parse_portal,
)

if TYPE_CHECKING:
    from uuid import UUID

KEYID, SECRET = "00000C1SNS6CBXQS", "_ag-MtMt" * 5 + "_A_"


@given(st.integers(1, 2**40 - 1), st.sampled_from(["live", "test"]))
def test_a_minted_key_names_its_tenant(tenant_id: int, env: str) -> None:
    minted = mint_api_key(tenant_id, env)  # type: ignore[arg-type]
    assert minted.tenant_id == tenant_id
    assert parse_api_key(minted.text) == minted
    assert len(minted.keyid) == 16
    assert len(minted.secret) == 43
    assert minted.text.startswith(key_prefix(minted.env, minted.keyid))


@given(st.integers(1, 2**40 - 1), st.uuids())
def test_a_link_to_the_portal_names_its_tenant_and_opens_one_session_for_each_form(
    tenant_id: int, session_id: UUID
) -> None:
    link = mint_portal_link(tenant_id, session_id)
    assert parse_portal(link.text, "link") == link
    assert parse_portal(link.text, "session") is None
    session = link.opened_by("form")
    assert parse_portal(session.text, "session") == session
    assert parse_portal(session.text, "link") is None
    assert (session.tenant_id, session.id) == (tenant_id, session_id)
    assert session == link.opened_by("form")
    assert session.secret not in (link.secret, link.opened_by("other").secret)
    assert session.secret != mint_portal_link(tenant_id, session_id).opened_by("form").secret


@pytest.mark.parametrize("text", ["", "lpk_", "lpk_" + "Z" * 34 + "_" + "a" * 43])
def test_what_is_no_link_is_none(text: str) -> None:
    assert parse_portal(text, "link") is None


@pytest.mark.parametrize("tenant_id", [0, -1, 2**40])
def test_only_a_tenant_of_40_bits_gets_a_key(tenant_id: int) -> None:
    with pytest.raises(ValueError, match="40 bits"):
        mint_api_key(tenant_id, "live")


def test_no_two_keys_or_tokens_are_alike() -> None:
    assert len({mint_api_key(1, "live").keyid for _ in range(200)}) == 200
    assert len({mint_operator_token().text for _ in range(200)}) == 200


def test_a_secret_may_contain_the_separator() -> None:
    key = parse_api_key(f"lp_live_{KEYID}_{SECRET}")
    assert key is not None
    assert (key.env, key.keyid, key.secret) == ("live", KEYID, SECRET)
    token = parse_operator_token(f"lpo_{KEYID}_{SECRET}")
    assert token is not None
    assert (token.keyid, token.secret) == (KEYID, SECRET)
    assert parse_operator_token(token.text) == token


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lp",
        "lp_live_",
        f"lp_live_{KEYID}_{SECRET[:-1]}",
        f"lp_live_{KEYID}_{SECRET}A",
        f"lp_live_{KEYID}_{SECRET}\n",
        f"lp_live_{KEYID[:-1]}_{SECRET}",
        f"lp_live_{KEYID[:-1]}I_{SECRET}",
        f"lp_live_{KEYID.lower()}_{SECRET}",
        f"lp_prod_{KEYID}_{SECRET}",
        f"lp_live_{KEYID}_{SECRET[:-1]}=",
        f"lp_live_{KEYID}_{SECRET[:-1]}é",
        f"lpo_{KEYID}_{SECRET}",
        f" lp_live_{KEYID}_{SECRET}",
    ],
)
def test_anything_else_is_no_key(text: str) -> None:
    assert parse_api_key(text) is None


def test_a_key_is_no_token() -> None:
    assert parse_operator_token(f"lp_live_{KEYID}_{SECRET}") is None
