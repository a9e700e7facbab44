"""A worker claims and reports jobs, and opens no console: neither with its token nor with a session it had before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.console import ORIGIN, sign_in, text_of

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation


async def test_the_token_of_a_worker_opens_no_session(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    headers = await installation.operator("worker")
    answer = await local_api.post(
        "/console/sign-in",
        data={"token": headers["Authorization"].removeprefix("Bearer "), "to": "/console"},
        headers={"Origin": ORIGIN, "Host": ORIGIN.partition("//")[2]},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "This needs the role 'viewer'" in text_of(answer.text).replace("&#39;", "'")


async def test_a_session_shows_nothing_to_whoever_has_become_a_worker(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    operator = await sign_in(local_api, installation, "viewer")
    await operator.get("/console")
    await installation.owner.execute(
        """
        UPDATE operators SET role = 'worker'
         WHERE id = (SELECT operator_id FROM operator_sessions ORDER BY created_at DESC LIMIT 1)
        """
    )
    assert "Not allowed" in text_of(await operator.get("/console", status=403))
