"""Sessions: who has one, when it is gone, and what keeps guesses and other sites out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.console import ORIGIN, Operator, sign_in, sign_in_with, text_of
from tests.support.edges import running
from tests.support.installation import now

from partner_api.app import create_app
from partner_api.console.own_addresses import is_same_host, own_path
from partner_api.edge.identity.credentials import mint_operator_token, mint_session, parse_session
from partner_api.edge.limits import rate_limits
from partner_api.operators import session_store
from partner_api.settings.table import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation
    from tests.support.serving import Service

HOST = ORIGIN.partition("//")[2]
HERE = {"Origin": ORIGIN, "Host": HOST}
PAGE = "/console/sessions"


def token_of(headers: dict[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


def cookie_of(operator: Operator) -> str:
    return operator.headers["Cookie"].partition("=")[2]


async def change(installation: Installation, token: str, columns: str, *values: Any) -> None:
    """Set columns of the operator with this token."""
    async with installation.owner.acquire() as connection:
        changed = await connection.execute(
            f"UPDATE operators SET {columns} WHERE keyid = $1", token.split("_")[1], *values
        )
    assert changed == "UPDATE 1"


async def events(installation: Installation, token: str) -> list[tuple[str, dict[str, Any]]]:
    """What the audit log says of the operator with this token, oldest first."""
    async with installation.owner.acquire() as connection:
        rows = await connection.fetch(
            """
            SELECT event_type, details FROM audit_events a JOIN operators o
              ON a.details ->> 'operatorId' = 'opr_' || o.id
             WHERE a.tenant_id = 0 AND o.keyid = $1 ORDER BY occurred_at, event_id
            """,
            token.split("_")[1],
        )
    return [(row["event_type"], row["details"]) for row in rows]


@pytest.fixture
async def limited(
    server: Service,
    served_urls: DatabaseUrls,
    secret_keys_text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a server that allows four failures a minute."""
    assert not server.ended
    monkeypatch.setattr(rate_limits, "FAILED_AUTHENTICATIONS_PER_MINUTE", 4)
    settings = {
        "DATABASE_URL": served_urls.app,
        "LAYERS_SECRET_KEYS": secret_keys_text,
        "LAYERS_LOG_LEVEL": "error",
    }
    async with running(create_app(load_settings(settings))) as client:
        yield client


async def test_no_script_and_no_other_site_gets_the_cookie(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    token = token_of(await installation.operator("viewer"))
    answer = await local_api.post("/console/sign-in", data={"token": token}, headers=HERE)
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-layers_console=lps_")
    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/"} <= set(attributes)
    assert not [one for one in attributes if one.startswith("Domain")]


async def test_the_database_has_only_a_hash(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in(local_api, installation)
    session = parse_session(cookie_of(operator))
    assert session is not None
    async with installation.owner.acquire() as connection:
        row = await connection.fetchval(
            "SELECT s::text FROM operator_sessions s WHERE keyid = $1", session.keyid
        )
    assert session.keyid in row
    assert session.secret not in row
    assert session.secret.encode().hex() not in row


@pytest.mark.parametrize(
    ("columns", "after"),
    [
        ("revoked_at = $2", timedelta(0)),
        ("expires_at = $2", timedelta(0)),
        # What `rotate` and `bootstrap --recover` do.
        ("keyid = reverse(keyid), rotated_at = $2", timedelta(0)),
        # As in a production server that starts on a database of development.
        ("demo = true, created_at = $2", timedelta(days=-1)),
    ],
)
async def test_a_session_is_gone_with_its_operator_s_token(
    local_api: httpx2.AsyncClient, installation: Installation, columns: str, after: timedelta
) -> None:
    token = token_of(await installation.operator("viewer"))
    operator = await sign_in_with(local_api, token)
    await operator.get(PAGE)
    await change(installation, token, columns, now() + after)
    assert "Sign in" in await operator.get(PAGE, status=401)


@pytest.mark.parametrize("column", ["ended_at", "expires_at"])
async def test_a_session_that_is_over_is_gone_and_no_failure_of_its_address(
    limited: httpx2.AsyncClient, installation: Installation, column: str
) -> None:
    operator = await sign_in(limited, installation)
    session = parse_session(cookie_of(operator))
    assert session is not None
    async with installation.owner.acquire() as connection:
        await connection.execute(
            f"UPDATE operator_sessions SET {column} = $2 WHERE keyid = $1", session.keyid, now()
        )
    for _ in range(10):
        await operator.get(PAGE, status=401)


async def test_guesses_at_sessions_are_limited_and_forgotten_by_the_browser(
    limited: httpx2.AsyncClient,
) -> None:
    for number in range(6):
        headers = {**HERE, "Cookie": f"__Host-layers_console={mint_session().text}"}
        answer = await limited.get(PAGE, headers=headers)
        assert answer.status_code == (401 if number < 4 else 429)
        if number < 4:
            assert "layers_console=; " in answer.headers["set-cookie"]
            assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_guesses_at_tokens_are_limited_by_a_page_that_says_what_to_do(
    limited: httpx2.AsyncClient, installation: Installation
) -> None:
    known = token_of(await installation.operator("viewer"))
    await sign_in_with(limited, known)
    for wrong in (mint_operator_token().text, "lpo_x", "", known[:-1] + "!"):
        answer = await limited.post("/console/sign-in", data={"token": wrong}, headers=HERE)
        assert answer.status_code == 401
        assert "token that is in use" in text_of(answer.text)
    for wrong in (mint_operator_token().text, "lpo_x"):
        answer = await limited.post("/console/sign-in", data={"token": wrong}, headers=HERE)
        assert answer.status_code == 429
        seconds = answer.headers["retry-after"]
        assert answer.headers["content-type"].startswith("text/html")
        assert f"Try again in {seconds} seconds" in text_of(answer.text)
    # Whoever was in lately is not locked out by somebody behind the same proxy.
    await sign_in_with(limited, known)


async def test_signing_in_and_out_leaves_rows_in_the_audit_log(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    token = token_of(await installation.operator("viewer"))
    operator = await sign_in_with(local_api, token)
    answer = await operator.post("/console/sign-out", {})
    assert answer.status_code == 303
    await operator.get(PAGE, status=401)
    (_, opened), (_, closed) = found = await events(installation, token)
    assert [event for event, _ in found] == ["operator.signed_in", "operator.signed_out"]
    assert opened["by"] == "token"
    assert opened["sessionId"] == closed["sessionId"]


async def test_who_signs_in_again_has_left_the_session_before(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    token = token_of(await installation.operator("viewer"))
    before = await sign_in_with(local_api, token)
    answer = await local_api.post("/console/sign-in", data={"token": token}, headers=before.headers)
    assert answer.status_code == 303
    await before.get(PAGE, status=401)


@pytest.mark.parametrize(
    "others",
    [
        'other={"a": [1, 2]}; ',
        "; ;=; a; ",
        "x" * 6_000 + "=1; ",
        "layers_console=lps_theirs; __Host-layers_console_2=lps_theirs; ",
        "\xff\xfe=\xff; ",
    ],
)
async def test_cookies_of_other_programs_are_passed_over(
    local_api: httpx2.AsyncClient, installation: Installation, others: str
) -> None:
    operator = await sign_in(local_api, installation)
    cookie = f"{others}{operator.headers['Cookie']}; more=1".encode("latin-1")
    headers = [(b"cookie", cookie), (b"host", HOST.encode())]
    assert (await local_api.get(PAGE, headers=headers)).status_code == 200


async def test_two_servers_of_one_machine_have_two_cookies_in_development_mode(
    served_urls: DatabaseUrls, server: Service, secret_keys_text: str, installation: Installation
) -> None:
    settings = {
        "DATABASE_URL": served_urls.app,
        "LAYERS_SECRET_KEYS": secret_keys_text,
        "LAYERS_LOG_LEVEL": "error",
        "LAYERS_DEVELOPMENT": "true",
    }
    assert not server.ended
    token = token_of(await installation.operator("viewer"))
    async with running(create_app(load_settings(settings))) as client:
        names = set()
        for host in ("127.0.0.1:8000", "127.0.0.1:8001", "[::1]:8000", "localhost"):
            answer = await client.post(
                "/console/sign-in",
                data={"token": token},
                headers={"Host": host, "Origin": f"http://{host}"},
            )
            assert "Secure" not in answer.headers["set-cookie"]
            names.add(answer.headers["set-cookie"].partition("=")[0])
    assert names == {"layers_console_8000", "layers_console_8001", "layers_console"}


async def test_a_session_that_no_browser_would_keep_is_not_opened(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    token = token_of(await installation.operator("viewer"))
    headers = {"Host": HOST, "Origin": f"http://{HOST}"}
    answer = await local_api.post("/console/sign-in", data={"token": token}, headers=headers)
    assert answer.status_code == 403
    assert "begins with https" in text_of(answer.text)
    assert await events(installation, token) == []


async def test_a_link_from_another_site_leads_to_the_page(
    local_api: httpx2.AsyncClient,
) -> None:
    """The browser keeps the cookie back for such a request, and sends it from the page that it gets."""
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = await local_api.get(f"{PAGE}?status=active", headers=headers)
    assert f'content="0; url={PAGE}?status=active"' in answer.text


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://a.example", "a.example"),
        ("http://a.example", "a.example"),
        ("https://a.example", "a.example:443"),
        ("https://a.example:8443", "a.example:8443"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://[::1]", "[::1]:80"),
        ("https://A.example", "a.EXAMPLE"),
    ],
)
def test_a_form_of_this_host_is_one_of_this_server(origin: str, host: str) -> None:
    assert is_same_host(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("null", "a.example"),
        ("null", ""),
        ("", ""),
        ("https://", ""),
        ("https://a.example", ""),
        ("https://a.example:8443", "a.example"),
        ("https://a.example", "a.example:80"),
        ("https://a.example.evil", "a.example"),
        ("https://x@a.example", "a.example"),
        ("https://a.example/x", "a.example"),
        ("https://a.example:", "a.example"),
        ("https://a.example:99999", "a.example:99999"),
        ("http://[::1]:8000", "[::2]:8000"),
        ("http://[::1", "[::1"),
        ("ftp://a.example", "a.example"),
    ],
)
def test_a_form_of_another_is_not(origin: str, host: str) -> None:
    assert not is_same_host(origin, host)


@pytest.mark.parametrize("to", ["/console", "/console?a=b", "/console/jobs?status=a%20b&x=1"])
def test_a_sign_in_leads_to_pages_of_the_console(to: str) -> None:
    assert own_path("/console", to) == to


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/console",
        "/console/../x",
        "/console/%2e%2e/x",
        "/console/\\..\\x",
        "/console//evil.example",
        "/consoles",
        "/console.evil.example",
        "/console/x\r\nSet-Cookie: a=b",
        "/console?a=b c",
        "javascript:alert(1)",
        "",
    ],
)
async def test_and_nowhere_else(
    local_api: httpx2.AsyncClient, installation: Installation, to: str
) -> None:
    assert own_path("/console", to) == "/console"
    token = token_of(await installation.operator("viewer"))
    answer = await local_api.post("/console/sign-in", data={"token": token, "to": to}, headers=HERE)
    assert answer.headers["location"] == "/console"


async def test_a_proxy_that_hides_the_host_is_named(local_api: httpx2.AsyncClient) -> None:
    headers = {"Host": "127.0.0.1:8000", "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    answer = await local_api.post("/console/sign-out", headers=headers)
    assert answer.status_code == 403
    assert "has to pass the header Host on" in text_of(answer.text)


async def test_what_has_expired_is_deleted_a_week_later(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    await sign_in(local_api, installation)
    week = timedelta(days=7)
    async with installation.owner.acquire() as connection:
        # Other tests go on with theirs.
        transaction = connection.transaction()
        await transaction.start()
        try:
            until = now()
            count = await connection.fetchval("SELECT count(*) FROM operator_sessions")
            await connection.execute("UPDATE operator_sessions SET expires_at = $1", until)
            earlier = until + week - timedelta(hours=1)
            assert await session_store.delete_expired(connection, earlier, 100) == 0
            assert await session_store.delete_expired(connection, until + week, 1) == 1
            assert await session_store.delete_expired(connection, until + week, count) == count - 1
        finally:
            await transaction.rollback()
