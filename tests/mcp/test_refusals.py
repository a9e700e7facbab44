"""Whatever answers, or does not, a model gets a result that it can act on, and nothing secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.commands.sham import Sham, serving_sham
from tests.mcp.calling import KEY, answer, connected, refusal, text_of

from partner_api.errors import CODES
from partner_api.mcp import calls
from partner_api.mcp.catalogue import Choice
from partner_api.mcp.results import LARGEST_RESULT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITE = {"name": "x", "timezone": "UTC"}


@pytest.fixture(scope="module")
def one_sham() -> Iterator[Sham]:
    with serving_sham() as sham:
        yield sham


@pytest.fixture
def sham(one_sham: Sham) -> Sham:
    """A server that answers everything alike."""
    one_sham.begin()
    return one_sham


def error(code: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": "Refused.", "requestId": "req_1", **more}}


@pytest.mark.parametrize("code", CODES)
async def test_every_code_comes_with_its_request_and_what_to_do(sham: Sham, code: str) -> None:
    sham.will_answer(error(code, details={"limit": "read-light"}), 418)
    async with connected(sham.url, max_retries=0) as client:
        for name, arguments in (("whoami", {}), ("create_project", WRITE)):
            told = refusal(await client.call_tool(name, arguments))
            assert (told["code"], told["message"], told["requestId"]) == (code, "Refused.", "req_1")
            assert told["details"] == {"limit": "read-light"}
            assert len(told["next"]) > 10
            assert ("idempotencyKey" in told) is (name == "create_project")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Sign in</html>"),
        (200, b"[]"),
        (200, b""),
        (200, b'{"items": 1}'),
        (404, b"no"),
        (500, b'{"error": "x"}'),
        (500, b'{"error": {"code": 5}}'),
        (302, b""),
        (200, b'{"items": [NaN], "nextCursor": null}'),
    ],
)
async def test_what_the_api_would_not_answer_is_no_answer(
    sham: Sham, status: int, body: bytes
) -> None:
    sham.status, sham.answer = status, body
    async with connected(sham.url, max_retries=0) as client:
        told = refusal(await client.call_tool("list_projects", {}))
        assert told["code"] == "FOREIGN_ANSWER"
        assert "LAYERS_BASE_URL" in told["next"]
        assert "<html>" not in str(told)


async def test_nobody_there_is_a_result_too(sham: Sham) -> None:
    sham.will_hang_up()
    async with connected(sham.url, max_retries=0) as client:
        read = refusal(await client.call_tool("whoami", {}))
        write = refusal(await client.call_tool("create_project", WRITE))
    assert read["code"] == write["code"] == "NO_ANSWER"
    assert "Nothing was changed" in read["next"]
    assert write["idempotencyKey"] in write["next"]


async def test_a_limit_says_how_long_to_wait(sham: Sham) -> None:
    sham.retry_after = "3600"
    sham.will_answer(error("RATE_LIMITED"), 429)
    async with connected(sham.url) as client:
        told = refusal(await client.call_tool("whoami", {}))
    # Longer than the library waits, so it was asked once.
    assert len(sham.asked) == 1
    assert told["next"].startswith("Wait 3600 seconds")


async def test_a_passing_failure_is_tried_again_with_the_same_key(sham: Sham) -> None:
    sham.will_first(json.dumps(error("UNAVAILABLE")).encode(), None)
    sham.will_answer({"id": "prj_1"})
    async with connected(sham.url) as client:
        assert answer(await client.call_tool("create_project", WRITE)) == {"id": "prj_1"}
    keys = {asked.key for asked in sham.asked}
    assert len(sham.asked) == 3
    assert len(keys) == 1
    assert str(keys.pop()).startswith("mcp:")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_key_is_in_no_result_whatever_a_server_sends(sham: Sham, mode: Any) -> None:
    async with connected(sham.url, mode=mode, max_retries=0) as client:
        for value, status in (
            ({"organizationName": f"I know {KEY}", KEY: 1}, 200),
            (error("CONFLICT", details={"sent": f"Bearer {KEY}"}), 409),
            (error(KEY), 409),
            ({"error": {"code": "CONFLICT", "message": KEY, "requestId": KEY}}, 409),
        ):
            sham.will_answer(value, status)
            result = await client.call_tool("whoami", {})
            assert KEY not in result.model_dump_json()
            assert "s" * 43 not in result.model_dump_json()
        refused = await client.call_tool("list_projects", {KEY: KEY})
        assert KEY not in refused.model_dump_json()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_texts_that_utf_8_cannot_write_come_as_escapes(sham: Sham, mode: Any) -> None:
    sham.answer = b'{"name": "\\ud800"}'
    async with connected(sham.url, mode=mode) as client:
        result = await client.call_tool("whoami", {})
        assert not result.is_error
        assert "\\ud800" in text_of(result)


async def test_endless_errors_are_cut(sham: Sham) -> None:
    sham.will_answer(
        {"error": {"code": "X" * 9000, "message": "Y" * 9000, "details": {"z": "Z" * 90_000}}}, 409
    )
    async with connected(sham.url) as client:
        assert len(text_of(await client.call_tool("whoami", {}))) < 3000


async def test_an_answer_that_is_endless_and_no_list_is_cut_with_a_sentence(sham: Sham) -> None:
    for value in (
        {"a": "x" * 90_000, "b": 1},
        {"a": list(range(60_000))},
        {"a": [["x" * 99] * 999]},
    ):
        sham.will_answer(value)
        async with connected(sham.url) as client:
            result = await client.call_tool("get_credits", {})
        assert len(text_of(result)) < LARGEST_RESULT_BYTES + 1000
        assert "too large to be shown whole" in text_of(result)
        assert answer(result).keys() == value.keys()


async def test_of_a_list_with_one_endless_item_the_cursor_stays_behind_it(sham: Sham) -> None:
    sham.will_answer({"items": [{"a": "x" * 90_000, "b": [1] * 9}], "nextCursor": "behind"})
    async with connected(sham.url) as client:
        result = await client.call_tool("list_projects", {})
    page = answer(result)
    assert (len(page["items"]), page["items"][0]["b"], page["nextCursor"]) == (1, [1] * 9, "behind")
    assert "too large to be shown whole" in text_of(result)
    assert len(sham.asked) == 1


async def test_a_fault_of_this_program_is_no_traceback_for_the_model(
    sham: Sham, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"with {KEY} in it")

    monkeypatch.setattr(calls, "read_arguments", fail)
    async with connected(sham.url) as client:
        told = refusal(await client.call_tool("whoami", {}))
    printed = capsys.readouterr()
    assert told["code"] == "INTERNAL"
    assert KEY not in str(told) + printed.err
    assert printed.out == ""
    assert "whoami failed: RuntimeError in " in printed.err


async def test_a_tool_that_nobody_has_is_an_error_of_the_protocol(sham: Sham) -> None:
    from mcp.shared.exceptions import MCPError

    async with connected(sham.url, choice=Choice()) as client:
        with pytest.raises(MCPError, match="There is no such tool"):
            await client.call_tool("rm_rf", {})
