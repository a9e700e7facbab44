"""Who gets in, and what everybody else hears: always the same."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.answers import error_details, granted, refused, without_request_id
from tests.support.installation import EVERYTHING, ago, now, org_id
from tests.support.served import request_line, send_raw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx2
    from tests.support.installation import Family, Installation, Key
    from tests.support.serving import Service

Headers = list[tuple[str, str]]


def turned_away(response: httpx2.Response) -> bytes:
    """Check a 401, and give what all of them have in common."""
    assert refused(response, "UNAUTHENTICATED") == {}
    assert response.headers["WWW-Authenticate"] == "Bearer"
    return without_request_id(response)


def changed(text: str, position: int) -> str:
    """The text with another letter at one position, upper case where it was."""
    letters = "QZ" if text[position].isupper() else "qz"
    other = letters[0] if text[position] != letters[0] else letters[1]
    rest = text[position:][1:]
    return text[:position] + other + rest


def same_bytes_in_another_spelling(key: str) -> str:
    """The key with a secret that decodes to the same bytes: its last character has two idle bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return key[:-1] + alphabet[alphabet.index(key[-1]) ^ 1]


async def test_no_header(api: httpx2.AsyncClient) -> None:
    turned_away(await api.get("/v1/whoami"))


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(lambda key: [("Authorization", "")], id="nothing in it"),
        pytest.param(lambda key: [("Authorization", "Bearer")], id="no token"),
        pytest.param(lambda key: [("Authorization", key)], id="no scheme"),
        pytest.param(lambda key: [("Authorization", f"Basic {key}")], id="Basic"),
        pytest.param(lambda key: [("Authorization", f"Token {key}")], id="another scheme"),
        pytest.param(lambda key: [("Authorization", f"Bearer{key}")], id="no space"),
        pytest.param(lambda key: [("Authorization", f"Bearer {key} {key}")], id="two tokens"),
        pytest.param(lambda key: [("Authorization", f"Bearer {key},")], id="a comma"),
        pytest.param(lambda key: [("Authorization", f'Bearer "{key}"')], id="quotes"),
        pytest.param(lambda key: [("Authorization", f"Bearer {key}")] * 2, id="two headers"),
        pytest.param(
            lambda key: [("Authorization", f"Bearer {key}"), ("Authorization", "Basic eDp5")],
            id="a second header of another scheme",
        ),
        pytest.param(lambda key: [("X-Api-Key", key)], id="another header"),
        pytest.param(lambda key: [("Cookie", f"key={key}")], id="a cookie"),
        pytest.param(lambda key: [("Authorization", "Bearer x")], id="not a key"),
        pytest.param(lambda key: [("Authorization", "Bearer " + "x" * 30_000)], id="30 kB"),
    ],
)
async def test_what_is_no_bearer_token(
    api: httpx2.AsyncClient, family: Family, headers: Callable[[str], Headers]
) -> None:
    body = turned_away(await api.get("/v1/whoami", headers=headers(family.partner_key.text)))
    assert body == turned_away(await api.get("/v1/whoami")), "it is told apart from no key"


@pytest.mark.parametrize("value", [b"Bearer ", b"Bearer    ", b" ", b"\t"])
async def test_an_empty_bearer(server: Service, value: bytes) -> None:
    answer = await send_raw(server, request_line(b"/v1/whoami", b"Authorization: " + value))
    assert answer.status == 401
    assert error_details(answer.body, answer.headers, "UNAUTHENTICATED") == {}


async def test_a_key_in_the_query_does_not_count(api: httpx2.AsyncClient, family: Family) -> None:
    turned_away(await api.get("/v1/whoami", params={"access_token": family.partner_key.text}))


async def test_a_header_of_1_mb(server: Service, api: httpx2.AsyncClient) -> None:
    """It is refused below the application, and the server goes on."""
    line = request_line(b"/v1/whoami", b"Authorization: Bearer " + b"x" * 2**20)
    answer = await send_raw(server, line)
    assert answer.status == 400
    assert answer.headers["Connection"] == "close"
    error = json.loads(answer.body)["error"]
    assert error["code"] == "VALIDATION"
    assert "Send at most 32 KiB" in error["message"]
    turned_away(await api.get("/v1/whoami"))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEARER"])
async def test_the_scheme_is_case_insensitive(
    api: httpx2.AsyncClient, family: Family, scheme: str
) -> None:
    headers = {"Authorization": f"{scheme} {family.partner_key.text}"}
    granted(await api.get("/v1/whoami", headers=headers))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda key: changed(key, 0), id="lp"),
        pytest.param(lambda key: key.upper(), id="all in upper case"),
        pytest.param(lambda key: changed(key, 4), id="live"),
        pytest.param(lambda key: key.replace("_live_", "_test_"), id="live for test"),
        pytest.param(lambda key: key.replace("_live_", "_prod_"), id="an unknown environment"),
        pytest.param(lambda key: changed(key, 8), id="key id, where it names the tenant"),
        pytest.param(lambda key: changed(key, 20), id="key id, where it is random"),
        pytest.param(lambda key: key[:8] + key[8:24].lower() + key[24:], id="key id, lower case"),
        pytest.param(lambda key: key[:8] + "U" * 16 + key[24:], id="key id, not base32"),
        pytest.param(lambda key: changed(key, 25), id="secret, at the start"),
        pytest.param(lambda key: changed(key, 45), id="secret, in the middle"),
        pytest.param(lambda key: changed(key, -2), id="secret, at the end"),
        pytest.param(same_bytes_in_another_spelling, id="secret, the same bytes spelt otherwise"),
        pytest.param(lambda key: key[:-1], id="one character less"),
        pytest.param(lambda key: key + "A", id="one character more"),
        pytest.param(lambda key: key[:25], id="no secret"),
        pytest.param(lambda key: "lpo" + key[7:], id="as an operator's token"),
    ],
)
async def test_a_key_with_something_changed(
    api: httpx2.AsyncClient, family: Family, spoil: Callable[[str], str]
) -> None:
    key = family.partner_key.text
    spoilt = spoil(key)
    assert spoilt != key
    body = turned_away(await api.get("/v1/whoami", headers={"Authorization": f"Bearer {spoilt}"}))
    assert body == turned_away(await api.get("/v1/whoami")), "it is told apart from no key"
    granted(await api.get("/v1/whoami", headers=family.partner_key.headers))


async def test_the_secret_of_another_key(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    other = await installation.key(family.partner, "*")
    mixed = family.partner_key.text[:25] + other.text[25:]
    turned_away(await api.get("/v1/whoami", headers={"Authorization": f"Bearer {mixed}"}))


async def test_a_secret_with_underscores(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    """The first three underscores part a key; the secret has its own."""
    for _ in range(50):
        key = await installation.key(family.partner)
        if "_" in key.text[25:]:
            break
    else:
        pytest.fail("fifty secrets without an underscore")
    granted(await api.get("/v1/whoami", headers=key.headers))


async def test_a_test_key_is_not_a_live_key(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, "*", env="test")
    who = granted(await api.get("/v1/whoami", headers=key.headers))
    assert who["rateLimitTier"] == "sandbox"
    as_live = key.text.replace("lp_test_", "lp_live_")
    turned_away(await api.get("/v1/whoami", headers={"Authorization": f"Bearer {as_live}"}))


async def test_a_revoked_key_is_out_at_the_very_next_request(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = family.partner_key
    granted(await api.get("/v1/whoami", headers=key.headers))
    await _set(installation, key, "revoked_at", now())
    turned_away(await api.get("/v1/whoami", headers=key.headers))


async def test_a_superseded_key_works_until_its_grace_is_over(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    later = now() + timedelta(hours=24)
    key = await installation.superseded_key(family.partner, "*", grace_until=later)
    granted(await api.get("/v1/whoami", headers=key.headers))
    await _set(installation, key, "grace_until", now())
    turned_away(await api.get("/v1/whoami", headers=key.headers))


async def test_a_key_whose_grace_is_long_over(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.superseded_key(family.partner, "*", grace_until=ago(days=2))
    turned_away(await api.get("/v1/whoami", headers=key.headers))


async def test_a_killed_key(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = family.partner_key
    granted(await api.get("/v1/whoami", headers=key.headers))
    await _set(installation, key, "kill_switch", True)
    details = refused(await api.get("/v1/whoami", headers=key.headers), "KILL_SWITCH")
    assert details == {"scope": "key"}
    other = await installation.key(family.partner)
    granted(await api.get("/v1/whoami", headers=other.headers))


@pytest.mark.parametrize("column", ["revoked_at", "kill_switch"])
async def test_what_became_of_a_key_is_told_to_its_owner_only(
    api: httpx2.AsyncClient, installation: Installation, family: Family, column: str
) -> None:
    key = family.partner_key
    await _set(installation, key, column, now() if column == "revoked_at" else True)
    headers = {"Authorization": f"Bearer {changed(key.text, 30)}"}
    turned_away(await api.get("/v1/whoami", headers=headers))


@pytest.mark.parametrize(
    ("suspended", "who"),
    [("partner", "partner_key"), ("partner", "child_key"), ("child", "child_key")],
)
@pytest.mark.parametrize("path", ["/v1/whoami", "/v1/credits"])
async def test_a_suspended_organization_s_keys(
    api: httpx2.AsyncClient,
    installation: Installation,
    family: Family,
    suspended: str,
    who: str,
    path: str,
) -> None:
    key: Key = getattr(family, who)
    granted(await api.get(path, headers=key.headers))
    await installation.set_status(getattr(family, suspended), "suspended")
    details = refused(await api.get(path, headers=key.headers), "KILL_SWITCH")
    assert details == {"scope": "organization"}
    await installation.set_status(getattr(family, suspended), "active")
    granted(await api.get(path, headers=key.headers))


async def test_a_suspended_child_leaves_its_partner_and_siblings_alone(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    await installation.set_status(family.child, "suspended")
    sibling_key = await installation.key(family.sibling)
    for key in (family.partner_key, sibling_key):
        granted(await api.get("/v1/credits", headers=key.headers))


# What comes first -------------------------------------------------------------------------------


async def test_a_bad_key_is_401_whatever_else_is_wrong(api: httpx2.AsyncClient) -> None:
    for path in ("/v1/organizations/nonsense/credits?limit=x", "/v1/projects/x/leased-accounts"):
        turned_away(await api.get(path))
    turned_away(await api.post(f"/v1/organizations/{'x' * 90}/credits/allocate", content=b"{"))
    turned_away(await api.post("/ops/v1/organizations", content=b"{"))


async def test_a_killed_key_is_503_before_its_scope_counts(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, kill_switch=True)
    refused(await api.get("/v1/organizations/nonsense/credits", headers=key.headers), "KILL_SWITCH")


async def test_a_missing_scope_is_403_before_anything_is_read(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.partner, "*")
    for request in (
        api.get("/v1/organizations/nonsense/credits", headers=key.headers),
        api.post("/v1/organizations/nonsense/credits/allocate", content=b"{", headers=key.headers),
        api.get("/v1/whoami", headers={**key.headers, "X-Layers-Organization": "nonsense"}),
    ):
        assert refused(await request, "FORBIDDEN_SCOPE") == {"requiredScope": "org:admin"}


# Acting for a child -----------------------------------------------------------------------------


async def test_acting_for_a_child_is_being_the_child(
    api: httpx2.AsyncClient, family: Family
) -> None:
    inside = await api.get("/v1/credits", headers=family.partner_key.acting_for(family.child))
    assert (
        inside.content == (await api.get("/v1/credits", headers=family.child_key.headers)).content
    )


@pytest.mark.parametrize(
    "value", ["nonsense", "", "prj_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05", "org_", "org_\xe9"]
)
async def test_acting_for_what_is_no_id(
    api: httpx2.AsyncClient, family: Family, value: str
) -> None:
    headers = [
        ("Authorization", f"Bearer {family.partner_key.text}"),
        ("X-Layers-Organization", value),
    ]
    raw: Sequence[tuple[bytes, bytes]] = [
        (name.encode(), text.encode("latin-1")) for name, text in headers
    ]
    response = await api.get("/v1/whoami", headers=raw)
    assert list(refused(response, "VALIDATION")["issues"][0]) == ["path", "message"]


async def test_acting_for_two_children_at_once(api: httpx2.AsyncClient, family: Family) -> None:
    headers = [
        *family.partner_key.acting_for(family.child).items(),
        ("X-Layers-Organization", org_id(family.sibling)),
    ]
    refused(await api.get("/v1/whoami", headers=headers), "VALIDATION")


async def test_acting_for_what_is_not_a_child(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    stranger = await installation.family()
    missing = "org_01981d2c-5b7e-7a10-8c3d-2f6e9a4b1c05"
    bodies = set()
    for other in (
        org_id(stranger.partner),
        org_id(stranger.child),
        org_id(family.partner),
        missing,
    ):
        headers = {**family.partner_key.headers, "X-Layers-Organization": other}
        response = await api.get("/v1/whoami", headers=headers)
        assert refused(response, "NOT_FOUND") == {}
        bodies.add(without_request_id(response))
    assert len(bodies) == 1


async def test_a_child_s_key_cannot_act_for_its_sibling(
    api: httpx2.AsyncClient, installation: Installation, family: Family
) -> None:
    key = await installation.key(family.child, *EVERYTHING)
    refused(await api.get("/v1/whoami", headers=key.acting_for(family.sibling)), "NOT_FOUND")


# Operators --------------------------------------------------------------------------------------


async def test_a_partner_s_key_is_nothing_to_the_operator_s_api(
    api: httpx2.AsyncClient, family: Family
) -> None:
    turned_away(await api.get("/ops/v1/organizations", headers=family.partner_key.headers))


@pytest.mark.parametrize("role", ["viewer", "admin"])
async def test_an_operator_s_token_is_nothing_to_the_partner_s_api(
    api: httpx2.AsyncClient, installation: Installation, role: str
) -> None:
    turned_away(await api.get("/v1/whoami", headers=await installation.operator(role)))


async def test_an_operator_s_token_with_something_changed(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    headers = await installation.operator("viewer")
    granted(await api.get("/ops/v1/organizations", headers=headers))
    token = headers["Authorization"].removeprefix("Bearer ")
    for position in (0, 2, 5, 25, 60):
        spoilt = {"Authorization": f"Bearer {changed(token, position)}"}
        turned_away(await api.get("/ops/v1/organizations", headers=spoilt))


async def test_an_expired_or_revoked_operator(
    api: httpx2.AsyncClient, installation: Installation
) -> None:
    for columns in ({"expires_at": ago(seconds=1)}, {"revoked_at": ago(seconds=1)}):
        headers = await installation.operator("admin", **columns)
        turned_away(await api.get("/ops/v1/organizations", headers=headers))
    soon = await installation.operator("admin", expires_at=now() + timedelta(hours=1))
    granted(await api.get("/ops/v1/organizations", headers=soon))


async def _set(installation: Installation, key: Key, column: str, value: object) -> None:
    await installation.owner.execute(
        f"UPDATE api_keys SET {column} = $1 WHERE tenant_id = $2 AND id = $3",
        value,
        key.wallet.tenant_id,
        key.key_id,
    )
