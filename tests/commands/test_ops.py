"""`layers ops`, and what else is asked of a running server."""

from __future__ import annotations

import json
import re
import secrets
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.commanding import Result, Run
from tests.support.serving import Service, free_port, passable_folder

from partner_api.clock import format_milliseconds, parse_timestamp


@pytest.fixture(scope="module")
def server(started_before: Path) -> Iterator[Service]:
    """A demo server that all these tests use."""
    with passable_folder() as home:
        service = Service(home, "serve", "--demo", LAYERS_DEVELOPMENT="true")
        service.begin_on_copy_of(started_before)
        try:
            service.start()
            yield service
            assert service.stop() == 0
        finally:
            service.end()


@pytest.fixture
def ops(run: Run, server: Service) -> Run:
    """Run a `layers ops` command against the server, with the demo's operator token."""

    def ops(*arguments: str, **variables: str) -> Result:
        settings = {"LAYERS_URL": server.base_url, "LAYERS_DATA_DIR": str(server.data_dir)}
        return run("ops", *arguments, **(settings | variables))

    return ops


@pytest.fixture
def partner(ops: Run) -> str:
    """The id of a new partner."""
    created = ops("partners", "create", "Partner of a test").json
    return str(created["id"])


def add_account(ops: Run, *options: str, vertical: str = "tea") -> dict[str, Any]:
    """An account of the pool that nobody leases."""
    account: dict[str, Any] = ops(
        "pool",
        "add",
        f"tea.{secrets.token_hex(4)}",
        *("--followers", "10", "--vertical", vertical, "--language", "en", "--geo", "US"),
        *options,
    ).json
    return account


def request_accounts(ops: Run, server: Service, partner: str, vertical: str, count: int) -> str:
    """What a partner asks for, over HTTP; the id of the request."""
    key = ops("keys", "create", partner, "--name", "CI", "--scope", "*").json["secret"]
    client = httpx2.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
        timeout=60,
    )
    with client:
        body: dict[str, Any] = {"name": "Launch", "timezone": "UTC"}
        project = client.post("/v1/projects", json=body).json()["id"]
        body = {"projectId": project, "count": count, "niche": {"vertical": vertical}}
        made = client.post(f"/v1/projects/{project}/leased-accounts/request", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_links_to_the_console_sign_in_once(run: Run, ops: Run, server: Service) -> None:
    """Those that the start and `layers demo` print, and one's own."""
    settings = {"LAYERS_DATA_DIR": str(server.data_dir), "LAYERS_URL": server.base_url}
    printed = [
        server.output,
        run("demo", LAYERS_DEVELOPMENT="true", **settings).output,
        ops("console", "--seconds", "60").output,
    ]
    links = [re.findall(rf"{server.base_url}/console/sign-in/lpl_\S+", text) for text in printed]
    assert [len(found) for found in links] == [1, 1, 1]
    assert len({found[0] for found in links}) == 3
    for (link,) in links:
        answers = [
            httpx2.post(link, headers={"Origin": server.base_url}, trust_env=False, timeout=60)
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [303, 410]
    (newest, *_) = sessions = ops("sessions", "list", "--status", "active", "--json").json
    assert len(sessions) == 3
    assert ops("sessions", "end", newest["id"]).json["status"] == "ended"
    assert ops("sessions", "end-all").json == {"ended": 2}


def test_the_demo_is_printed_again(run: Run, server: Service) -> None:
    settings = {"LAYERS_DATA_DIR": str(server.data_dir), "LAYERS_URL": server.base_url}
    result = run("demo", LAYERS_DEVELOPMENT="true", **settings)
    assert result.status == 0
    # All but the link to the console, which is another each time.
    link = re.compile(r"lpl_\S+")
    assert link.sub("lpl_", result.output.strip()) in link.sub("lpl_", server.output)
    refused = run("demo", LAYERS_DEVELOPMENT="false", **settings)
    assert refused.status == 1
    assert "Set LAYERS_DEVELOPMENT=true" in refused.errors


def test_it_finds_the_database_of_a_running_server(run: Run, server: Service) -> None:
    folder = {"LAYERS_DATA_DIR": str(server.data_dir)}
    assert run("db", "status", **folder).status == 0
    assert run("reconcile", **folder).status == 0
    assert not server.ended


class TestOps:
    def test_partners(self, ops: Run, server: Service) -> None:
        name = f"Kiln & Co [/x] [eu] :coffee: {uuid.uuid4()}"
        created = ops("partners", "create", name, "--billing-email", "pay@kiln.example").json
        organization = created["id"]
        listed = ops("partners", "list", "--search", name[-12:])
        assert organization in listed.output
        assert name in listed.output
        children = ops("partners", "list", "--parent", organization)
        assert children.status == 0
        assert "org_" not in children.output
        subscribed = ops(
            "partners", "subscribe", organization, "--tier", "pro", "--included-credits", "500"
        )
        assert subscribed.status == 0
        shown = ops("partners", "show", organization.removeprefix("org_")).json
        assert shown["id"] == organization
        assert "500" in json.dumps(shown)

    def test_keys(self, ops: Run, server: Service, partner: str) -> None:
        minted = ops(
            "keys", "create", partner, "--name", "CI", "--scope", "*", "--scope", "org:admin"
        ).json
        assert server.get("/v1/whoami", minted["secret"]).json()["organizationId"] == partner
        listed = ops("keys", "list", partner)
        assert minted["apiKey"]["prefix"] in listed.output
        assert minted["secret"] not in listed.output

    def test_credits(self, ops: Run, partner: str) -> None:
        assert ops("credits", "grant", partner, "100").json["balance"] == 100
        assert ops("credits", "purchase", partner, "50").json["balance"] == 150
        taken = ops("credits", "adjust", partner, "-30", "--description", "Counted twice").json
        assert (taken["event"]["credits"], taken["balance"]) == (-30, 120)
        refused = ops("credits", "adjust", partner, "-500", "--description", "Too much")
        assert refused.status == 1
        assert "BILLING_EXHAUSTED: " in refused.errors
        assert '"reason": "insufficient_prepaid"' in refused.errors
        unknown = ops("credits", "refund", partner, f"job_{uuid.uuid4()}", "5")
        assert (unknown.status, unknown.output) == (1, "")
        assert re.match(r"layers: NOT_FOUND: .*\n  request req_\w{26}\n$", unknown.errors)

    def test_cash(self, ops: Run, partner: str) -> None:
        paid = ops("cash", "topup", partner, "5000", "--description", "Wire", "--reference", "7")
        assert paid.status == 0, paid.errors
        taken = ops("cash", "adjust", partner, "-2000", "--description", "Fee").json
        assert "3000" in json.dumps(taken)
        assert ops("cash", "adjust", partner, "-3001", "--description", "Fee").status == 1

    def test_pool(self, ops: Run) -> None:
        handle = f"tea.{secrets.token_hex(4)}"
        account = [handle, "--followers", "10", "--vertical", "tea", "--language", "en"]
        added = ops("pool", "add", *account, "--geo", "US", "--geo", "GB")
        assert added.status == 0, added.errors
        listed = ops("pool", "list", "--status", "available", "--search", handle)
        assert handle in listed.output
        again = ops("pool", "add", *account, "--geo", "US")
        assert again.status == 1
        assert "CONFLICT" in again.errors

    def test_changing_and_retiring_an_account_of_the_pool(self, ops: Run) -> None:
        account = add_account(ops, "--price-cents", "500")
        changed = ops("pool", "patch", account["id"], "--followers", "7", "--geo", "DE").json
        assert (changed["followers"], changed["geo"], changed["monthlyPriceCents"]) == (
            7,
            ["DE"],
            500,
        )
        assert ops("pool", "retire", account["id"]).json["status"] == "retired"
        assert ops("pool", "patch", account["id"], "--available").json["status"] == "available"
        assert ops("pool", "patch", account["id"]).status == 2

    @pytest.mark.parametrize("suffix", ["csv", "ndjson"])
    def test_importing_accounts(self, ops: Run, tmp_path: Path, suffix: str) -> None:
        prefix, vertical = f"i.{secrets.token_hex(4)}", f"v{secrets.token_hex(8)}"
        rows = [f"{prefix}.{number},5,{vertical},en,US" for number in range(3_000)]
        lines = ["handle,followers,vertical,language,geo", *rows]
        if suffix == "ndjson":
            lines = [
                json.dumps(
                    {
                        "platform": "tiktok",
                        "handle": row.partition(",")[0],
                        "followers": 5,
                        "vertical": vertical,
                        "language": "en",
                        "geo": ["US"],
                    }
                )
                for row in rows
            ]
        file = tmp_path / f"accounts.{suffix}"
        file.write_text("\n".join(lines))
        key = ("--idempotency-key", str(uuid.uuid4()))
        done = ops("pool", "import", str(file), *key)
        assert (done.status, done.output) == (0, "3,000 lines: 3,000 added, 0 rejected.\n")
        again = ops("pool", "import", str(file), "--json", *key).json
        assert again["added"] == 3_000, "with the same key it is the same import"
        listed = ops("pool", "list", "--vertical", vertical, "--min-followers", "5", "--json").json
        assert [item["handle"] for item in reversed(listed)] == [
            row.partition(",")[0] for row in rows
        ]

    def test_an_import_with_lines_that_are_wrong(self, ops: Run, tmp_path: Path) -> None:
        handle = f"i.{secrets.token_hex(4)}"
        file = tmp_path / "accounts.csv"
        file.write_text(
            f"handle,followers,vertical,language,geo\n{handle},5,tea,en,US\n{handle},x,tea,en,US\n"
        )
        nothing = ops("pool", "import", str(file), "--all-or-nothing")
        assert nothing.status == 1
        assert re.fullmatch(
            r"line 3: followers: .*\n2 lines: 0 added, 1 rejected\.\n", nothing.output
        )
        most = ops("pool", "import", str(file), "--json")
        assert most.status == 1
        assert json.loads(most.output)["added"] == 1
        bare = tmp_path / "accounts.txt"
        bare.touch()
        assert ops("pool", "import", str(bare)).status == 2
        assert ops("pool", "import", str(tmp_path / "nowhere.csv")).status == 2
        (tmp_path / "empty.csv").touch()
        refused = ops("pool", "import", str(tmp_path / "empty.csv"))
        assert refused.status == 1
        assert "line 1: The header lacks followers" in refused.errors

    def test_answering_requests(self, ops: Run, server: Service, partner: str) -> None:
        ops("cash", "topup", partner, "50000", "--description", "Wire")
        vertical = f"v{secrets.token_hex(8)}"
        accounts = [
            add_account(ops, "--price-cents", price, vertical=vertical) for price in ("900", "800")
        ]
        wanted = [request_accounts(ops, server, partner, vertical, 3) for _ in range(2)]
        queue = ops("requests", "list", "--organization", partner, "--json").json
        assert [item["id"] for item in queue] == wanted
        assert wanted[0] in ops("requests", "list").output
        best = ops("requests", "candidates", wanted[0], "--limit", "2", "--json").json
        assert {item["id"] for item in best} == {account["id"] for account in accounts}
        shown = ops("requests", "candidates", wanted[0], "--limit", "1")
        assert f"50 is about {vertical}" in shown.output

        ids = [account["id"] for account in accounts]
        answered = ops("requests", "fulfil", wanted[0], *ids, "--note", "Enjoy").json
        assert (answered["status"], answered["note"]) == ("partial", "Enjoy")
        shown = ops("requests", "show", wanted[0]).json
        assert {name: shown[name] for name in answered} == answered
        rejected = ops("requests", "reject", wanted[1], "--note", "None left").json
        assert rejected["status"] == "rejected"
        taken = ops("requests", "fulfil", wanted[1], *ids)
        assert taken.status == 1
        assert "CONFLICT" in taken.errors

        lease = answered["assignedSocialAccountIds"][0]
        priced = ops("leases", "price", lease, "1000").json
        assert priced["monthlyPriceCents"] == 1000
        refunded = ops("cash", "refund", partner, lease, "0", "900", "--description", "Late").json
        assert (refunded["event"]["eventType"], refunded["balance"]) == ("refund", 49_200)
        recalled = ops("leases", "recall", lease, "--note", "Hacked").json
        assert recalled["disconnectedReason"] == "recalled_by_operator"
        listed = ops("leases", "list", "--organization", partner, "--json").json
        assert {item["socialAccountId"]: item["status"] for item in listed} == {
            lease: "disconnected",
            answered["assignedSocialAccountIds"][1]: "assigned",
        }
        current = ops("leases", "list", "--organization", partner, "--billing-status", "current")
        assert answered["assignedSocialAccountIds"][1] in current.output
        assert lease not in current.output

    def test_renewals(self, ops: Run, server: Service, partner: str) -> None:
        ops("cash", "topup", partner, "1000", "--description", "Wire")
        vertical = f"v{secrets.token_hex(8)}"
        account = add_account(ops, "--price-cents", "900", vertical=vertical)
        wanted = request_accounts(ops, server, partner, vertical, 1)
        ops("requests", "fulfil", wanted, account["id"])
        now = parse_timestamp(ops("clock", "show").json["now"])
        until = ("--until", format_milliseconds(now + timedelta(days=40)))
        (ahead,) = ops("renewals", *until, "--organization", partner, "--json").json
        assert (ahead["totalCents"], ahead["shortfallCents"]) == (900, 800)
        assert partner in ops("renewals", *until).output
        assert ops("renewals", "--dry-run", "--organization", partner, "--json").json == []
        assert ops("renewals", "--dry-run").status == 0
        tried = ops("renewals", "--dry-run", *until, "--organization", partner)
        assert re.search(r"sa_[0-9a-f-]{36} . ended", tried.output), tried

    def test_lists_for_programs(self, ops: Run, partner: str) -> None:
        assert partner in {item["id"] for item in ops("partners", "list", "--json").json}
        assert ops("keys", "list", partner, "--json").json == []
        assert ops("operators", "list", "--json").json[-1]["role"] == "admin"

    def test_clock(self, ops: Run) -> None:
        before = parse_timestamp(ops("clock", "show").json["now"])
        advanced = ops("clock", "advance", "--days", "1")
        assert advanced.status == 0, advanced.errors
        after = parse_timestamp(ops("clock", "show").json["now"])
        assert after >= before + timedelta(days=1)
        assert ops("clock", "advance").status == 2
        for too_far in (
            ("--days", "9" * 12),
            ("--months", "9" * 30),
            ("--months", "9" * 5_000),
            ("--to", "9999-12-31T23:59:59.999Z"),
            ("--to", "0001-01-01T00:00:00Z"),
        ):
            assert ops("clock", "advance", *too_far).status == 2

    @pytest.mark.parametrize("digits", [16, 19, 20, 400, 4_000])
    def test_a_number_that_nothing_can_hold(self, ops: Run, partner: str, digits: int) -> None:
        refused = ops("credits", "grant", partner, "9" * digits)
        assert refused.status == 1
        assert "VALIDATION" in refused.errors

    def test_an_operation_repeated_with_its_key_happens_once(self, ops: Run, partner: str) -> None:
        key = ("--idempotency-key", str(uuid.uuid4()))
        first = ops("credits", "grant", partner, "100", *key)
        assert ops("credits", "grant", partner, "100", *key).json == first.json
        other = ops("credits", "grant", partner, "101", *key)
        assert other.status == 1
        assert "IDEMPOTENCY_CONFLICT" in other.errors
        assert ops("credits", "grant", partner, "1").json["balance"] == 101
        assert ops("credits", "grant", partner, "1").json["balance"] == 102

    def test_what_the_server_does_not_accept_is_said_field_by_field(self, ops: Run) -> None:
        refused = ops("partners", "create", "", "--tier", "gold")
        assert (refused.status, refused.output) == (1, "")
        assert "layers: VALIDATION: " in refused.errors
        assert "\n  name: " in refused.errors
        assert "\n  rateLimitTier: " in refused.errors

    def test_an_id_that_is_none(self, ops: Run) -> None:
        assert "VALIDATION" in ops("partners", "show", "kiln").errors
        assert "NOT_FOUND" in ops("partners", "show", f"org_{uuid.uuid4()}").errors

    def test_a_token_that_is_none(self, ops: Run) -> None:
        token = f"lpo_{'0' * 16}_{'s' * 43}"
        refused = ops("partners", "list", LAYERS_OPERATOR_TOKEN=token)
        assert refused.status == 1
        assert "UNAUTHENTICATED" in refused.errors
        assert "s" * 43 not in refused.errors

    def test_without_a_token(self, run: Run, tmp_path: Path) -> None:
        refused = run("ops", "partners", "list", LAYERS_DATA_DIR=str(tmp_path))
        assert refused.status == 1
        assert "Set LAYERS_OPERATOR_TOKEN; `layers ops bootstrap` makes" in refused.errors

    def test_without_a_server(self, ops: Run) -> None:
        nowhere = {"LAYERS_URL": f"http://127.0.0.1:{free_port()}"}
        read = ops("partners", "list", **nowhere)
        assert read.status == 1
        assert re.search(r"No answer from 127\.0\.0\.1:\d+ .*LAYERS_URL right\?", read.errors)
        wrote = ops("credits", "grant", "org_1", "5", **nowhere)
        assert wrote.status == 1
        assert re.search(
            r"repeat the command with --idempotency-key [0-9a-f-]{36} and", wrote.errors
        )
