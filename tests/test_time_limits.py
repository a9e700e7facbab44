"""Every wait has a limit that somebody chose, and the documentation lists them."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import partner_api
from partner_api.time_limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(partner_api.__file__).parents[1]
PAGE = Path(__file__).parents[1] / "docs" / "run.md"

# The table of its section.
_TABLE = re.compile(r"(\n## Time limits\n(?:(?!\n#)[^|])*?\n)((?:\|.*\n)+)")


def test_the_page_lists_all_limits() -> None:
    """``TIME_LIMITS_PAGE=write`` writes the table anew."""
    rows = [
        f"| `{limit.name}` | {limit.seconds:,g} | {limit.waits_for} | {limit.then} |\n"
        for limit in LIMITS
    ]
    table = "".join(["| limit | seconds | waits for | then |\n|---|---|---|---|\n", *rows])
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("TIME_LIMITS_PAGE") == "write":
        page = _TABLE.sub(lambda match: match[1] + table, page)
        PAGE.write_text(page, encoding="utf-8")
    found = _TABLE.search(page)
    assert found is not None
    assert found[2] == table


def test_names_of_limits_are_those_of_constants() -> None:
    import embedded_postgres.time_limits as embedded
    import partner_api.time_limits as own

    assert {limit.name: limit.seconds for limit in LIMITS} == {
        name: value
        for module in (embedded, own)
        for name, value in vars(module).items()
        if name.endswith("_SECONDS")
    }


# What may wait for a database, storage, a client, another process or another task when it is awaited …
AWAITED = {
    *("acquire", "connect", "create_pool", "dispose", "run_sync"),
    *("receive", "drain", "readexactly", "readline", "readuntil", "send", "wait_closed"),
    *("open_connection", "open_unix_connection", "hit", "get_window_stats"),
    *("delete_async", "get_async", "put_async", "sign_async"),
    *("communicate", "create_subprocess_exec", "create_subprocess_shell"),
    *("get", "put", "join", "wait", "wait_for", "to_thread", "run_in_executor"),
}
# … and what does when it is called.
CALLED = {
    *("communicate", "check_call", "check_output", "poll", "wait", "waitpid"),
    *("accept", "create_connection", "getaddrinfo", "recv", "recv_bytes", "recv_fds", "select"),
    *("lockf", "run", "urlopen", "Client", "AsyncClient"),
}
# Of the names above, those that are only meant as these modules' own.
MODULES = {
    "run": {"subprocess"},
    "Client": {"httpx2"},
    "AsyncClient": {"httpx2"},
    "create_connection": {"socket"},
}
LIMIT_ARGUMENTS = {"timeout"}
# For these a first argument that is not None is a limit.
LIMIT_FIRST = {"poll", "wait"}
# For this one the second is.
LIMIT_SECOND = {"wait_for"}

# Where there is no limit beside the wait: where it is instead, or why there is none.
ALLOWED = {
    # Tasks and locks of the process itself.
    "edge/identity/acting.py Children.find get": "the batch has those of the pool",
    "edge/identity/authentication.py Authenticator.api_key get": "the batch has those of the pool",
    "edge/identity/authentication.py Authenticator.operator get": "the batch has those of the pool",
    "edge/batching.py Batcher.get future": "the batch sets it, whatever becomes of the batch",
    "credits/service.py WalletReader.read get": "the batch has those of the pool",
    "database/lanes.py Lanes.enter turn": "until the time that the caller says; without one, a call whose items have",
    "edge/money_calls.py MoneyCalls.call operation.answer": "a timer until it has left, then the limits of the call",
    "ops/clock/routes.py advance_clock services.advancing": "development mode: as long as what is due takes",
    "edge/request/waiting.py wait_for_any wait": "the events of tasks that are waited for with a limit",
    "events/routes.py list_events wait": "it is given how long",
    "sweeps/loop.py sleep_unless_stopped wait": "the events of tasks that are waited for with a limit",
    "sweeps/deliveries.py DeliverWebhooks.step wait": "WEBHOOK_SECONDS, of each request that is waited for",
    "sweeps/deliveries.py DeliverWebhooks.stop wait": "the share of LAYERS_SHUTDOWN_SECONDS, as its argument",
    "webhooks/sending/attempts.py _send send": "WEBHOOK_SECONDS and WEBHOOK_BODY_SECONDS, in it",
    "edge/connections/server.py serve_http wait": "the stop of the process, for as long as it lives",
    "edge/application.py Application._live receive": "the stop of the process, for as long as it lives",
    "edge/application.py Application._live send": "it is put into the memory of the process",
    "edge/connections/server.py _Lifespan.start wait": "PART_START_SECONDS, of the supervisor",
    "edge/connections/state.py ProcessState.wait_until_quiet wait": "the share of LAYERS_SHUTDOWN_SECONDS, around it",
    "sweeps/__init__.py open_sweeps.close_at_stop wait": "the stop of the process, for as long as it lives",
    "rendering/worker/jobs.py Job._make self._heartbeat_lock": "the heartbeat that has it has the limits of the pool",
    "rendering/worker/jobs.py Job._heartbeat_loop self._heartbeat_lock": "as in Job._make",
    "rendering/worker/jobs.py Job._work making if making.done() else heartbeats": "it is done",
    "rendering/worker/jobs.py Job._work wait": "RENDER_SECONDS, STORAGE_SECONDS and those of the pool, in the tasks",
    "rendering/worker/jobs.py Job.run wait": "those of the task, and the stop of the process",
    "rendering/worker/jobs.py Job.run working": "it is done",
    "rendering/worker/loop.py _unless_stopped wait": "those of the work, and the stop of the process",
    "rendering/worker/loop.py _unless_stopped working": "it is done",
    "reference/site.py Site.find_beside to_thread": "it only computes",
    # The connection to a client.
    "edge/asgi.py Edge.__call__.send_marked send": "SEND_SILENCE_SECONDS, behind it",
    "edge/wire/reply.py Reply.__call__ send": "SEND_SILENCE_SECONDS, behind it",
    "storage/routes.py FileReply.__call__ send": "SEND_SILENCE_SECONDS, behind it",
    "edge/connections/cycle.py Cycle.receive receive": "BODY_SILENCE_SECONDS and JSON_BODY_SECONDS, of the connection",
    "edge/connections/cycle.py Cycle.send send": "SEND_SILENCE_SECONDS, of the connection",
    "edge/request/waiting.py watching_client.until_gone receive": "it is cancelled when the answer is there",
    # The Redis or Valkey that counts.
    "edge/limits/rate_limits.py _admit hit": "SHARED_COUNTERS_SECONDS, of its client",
    "edge/limits/rate_limits.py _admit get_window_stats": "SHARED_COUNTERS_SECONDS, of its client",
    "edge/limits/rate_limits.py _check_failed_authentications get_window_stats": "SHARED_COUNTERS_SECONDS, its client",
    "edge/limits/rate_limits.py _count_failed_authentication hit": "SHARED_COUNTERS_SECONDS, of its client",
    "edge/limits/rate_limits.py _count_failed_authentication get_window_stats": "SHARED_COUNTERS_SECONDS, its client",
    # The database.
    "commands/restore.py _look connect": "CONNECT_SECONDS, in it",
    "database/cluster/distribute.py distribute connect": "CONNECT_SECONDS, in it",
    "commands/database/cluster.py move_tenant.find connect": "CONNECT_SECONDS, in it",
    "database/cluster/distribute.py make_plan connect": "CONNECT_SECONDS, in it",
    "database/cluster/distribute.py _set_nodes_up connect": "CONNECT_SECONDS, in it",
    "database/cluster/moves.py _changing_shards connect": "CONNECT_SECONDS, in it",
    "database/cluster/moving.py move_tenant connect": "CONNECT_SECONDS, in it",
    "database/cluster/rebalance.py plan_moves connect": "CONNECT_SECONDS, in it",
    "database/cluster/requirements.py require_application connect": "CONNECT_SECONDS, in it",
    "database/migrate.py upgrade connect": "CONNECT_SECONDS, in it",
    "database/migration_locks.py _noting_holders connect": "CONNECT_SECONDS, in it",
    "database/migrate.py _upgrade_schema run_sync": "a migration takes as long as it needs",
    "database/migrate.py _upgrade_schema dispose": "there is no pool behind it",
    "commands/database/schema.py status.read connect": "CONNECT_SECONDS, in it",
    "commands/demo.py make_demo.make connect": "CONNECT_SECONDS, in it",
    "operators/service.py bootstrap_operator connect": "CONNECT_SECONDS, in it",
    "operators/service.py recover_operator connect": "CONNECT_SECONDS, in it",
    "reconciliation/command.py _connect_and_check connect": "CONNECT_SECONDS, in it",
    "simulation/database.py _require_unused connect": "CONNECT_SECONDS, in it",
    "simulation/run.py simulate connect": "CONNECT_SECONDS, in it",
    "processes/startup.py prepare_database connect": "CONNECT_SECONDS, in it",
    # Receivers of webhooks.
    "webhooks/sending/lookups.py Lookups._lookup acquire": "WEBHOOK_SECONDS or WEBHOOK_CHECK_SECONDS, around it",
    "webhooks/sending/lookups.py system_addresses getaddrinfo": "in a thread that nobody waits for longer",
    "webhooks/sending/stream.py Stream.read self._waiter": "WEBHOOK_SECONDS, around all of a request",
    # Storage.
    "content/upload_store.py upload put": "BODY_SILENCE_SECONDS of the client, STORAGE_SECONDS of the storage",
    "sweeps/sandbox_jobs.py CompleteSandboxJobs._store put": "STORAGE_SECONDS, in it",
    # Clients of `layers mcp`.
    "commands/mcp.py _serve client": "TOOL_CALL_SECONDS, of each call; leaving it waits for nobody",
    "mcp/standard_input.py StandardInput.__aiter__ get": "the client, for as long as it keeps standard input open",
    "mcp/readable_lines.py ReadableLines.__aiter__ send": "a client that reads nothing, as with every answer",
    "mcp/readable_lines.py ReadableLines.__aiter__ self._answers": "set by who reads lines, before anything else",
    # Other processes.
    "processes/database.py DatabaseKeeper._sleep select": "it is given how long",
    "processes/listening.py _addresses getaddrinfo": "at start, in the hands of whoever starts the server",
    "console/components/filters.py _filter select": "an element of HTML",
    "console/components/fields.py field_node select": "an element of HTML",
    "console/components/csv_file.py CsvReply.__call__ send": "the connection has SEND_SILENCE_SECONDS",
    "console/pages/jobs/lists.py show_jobs _found(visit) if is_search else _overview(visit)": (
        "each call of the API has REQUEST_SECONDS"
    ),
    "processes/orphans.py reap_orphans waitpid": "it has ended already, and WNOHANG is given",
    "processes/part.py Part.hear recv": "it does not wait",
    "processes/part.py Part._has_words recv": "it does not wait",
    "rendering/worker/renderer.py _answer readexactly": "RENDERER_START_SECONDS and RENDER_SECONDS, around it",
    "embedded_postgres/account.py Account.run communicate": "it was killed",
    "simulation/nodes.py Nodes.__exit__ wait": "it was killed",
    "simulation/nodes.py Nodes._kill recv": "it was killed",
    "simulation/nodes.py _receive recv": "there is something to read",
    "simulation/node.py serve recv": "it ends when its driver does, which closes the pipe",
    "simulation/node.py serve.halt poll": "it waits to be killed, or for the end of its driver",
    "simulation/fork_server.py main recv_fds": "it ends when its driver does, which closes the socket",
    "simulation/fork_server.py main wait": "nodes end when the driver closes their pipes",
}


def test_every_wait_has_a_limit() -> None:
    found = set()
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix().removeprefix("partner_api/")
        tree = ast.parse(path.read_text())
        found |= {f"{name} {wait}" for wait in _unlimited_waits(tree, "", limited=False)}
    assert found == set(ALLOWED)


def test_a_wait_without_a_limit_is_found() -> None:
    source = """
async def wait_for_all(queue, process, pool, lock, event):
    await queue.get()
    await asyncio.wait_for(queue.get(), None)
    await asyncio.wait_for(event, 5)
    process.wait()
    process.wait(5)
    await pool.acquire(timeout=5)
    await pool.acquire(timeout=None)
    async with asyncio.timeout(5):
        await reader.readexactly(1)
        async def later():
            await reader.readline()
    async with lock:
        await event
    subprocess.run(command)
    subprocess.run(command, timeout=5)
    ", ".join(names)
    thread.join()
"""
    assert list(_unlimited_waits(ast.parse(source), "", limited=False)) == [
        "wait_for_all get",
        "wait_for_all wait_for",
        "wait_for_all wait",
        "wait_for_all acquire",
        "wait_for_all.later readline",
        "wait_for_all lock",
        "wait_for_all event",
        "wait_for_all run",
        "wait_for_all join",
    ]


def _unlimited_waits(node: ast.AST, scope: str, *, limited: bool) -> Iterator[str]:
    """Find the waits below a node, as where they are and what is called."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        scope, limited = f"{scope}.{node.name}".lstrip("."), False
    elif isinstance(node, ast.AsyncWith):
        for item in node.items:
            limited = limited or "asyncio.timeout(" in ast.unparse(item.context_expr)
            # A lock.
            if not limited and isinstance(item.context_expr, (ast.Name, ast.Attribute)):
                yield f"{scope} {ast.unparse(item.context_expr)}"
    elif isinstance(node, ast.Await) and not isinstance(node.value, ast.Call) and not limited:
        yield f"{scope} {ast.unparse(node.value)}"
    awaited = isinstance(node, ast.Await)
    call = node.value if isinstance(node, ast.Await) else node
    if isinstance(call, ast.Call) and not limited and _waits(call, awaited=awaited):
        yield f"{scope} {_name(call)}"
    if awaited and isinstance(call, ast.Call):
        # The call itself has been looked at; what it is given has not.
        children: list[ast.AST] = [call.func, *call.args, *call.keywords]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _unlimited_waits(child, scope, limited=limited)


def _waits(call: ast.Call, *, awaited: bool) -> bool:
    name = _name(call)
    if name == "join":
        # That of strings has an argument.
        return not call.args
    if name not in (AWAITED if awaited else CALLED):
        return False
    if name in MODULES and _module(call) not in MODULES[name]:
        return False
    limits = [each.value for each in call.keywords if each.arg in LIMIT_ARGUMENTS]
    if name in LIMIT_FIRST and not awaited:
        limits += call.args[:1]
    if name in LIMIT_SECOND:
        limits += call.args[1:2]
    # Looking whether a child process has ended does not wait.
    looks = name == "poll" and not call.args
    return not looks and all(ast.unparse(limit) == "None" for limit in limits)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def _module(call: ast.Call) -> str:
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
