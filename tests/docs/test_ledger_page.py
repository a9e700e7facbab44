"""docs/ledger.md shows what the functions do.

`LEDGER_PAGE=write make test ARGS=tests/docs/test_ledger_page.py` writes its examples anew.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.ledger_examples import EXAMPLES

from partner_api.jobs.service import TIME_LIMIT

if TYPE_CHECKING:
    from partner_api.database.connection import Connection

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"


async def test_the_examples_are_what_the_functions_do(connection: Connection) -> None:
    shown = PAGE.read_text(encoding="utf-8")
    computed = shown
    for example in EXAMPLES:
        start, end = f"<!-- example: {example.__name__} -->\n", "<!-- end -->"
        assert start in shown, example.__name__
        before, _, rest = computed.partition(start)
        after = rest.partition(end)[2]
        computed = f"{before}{start}\n{await example(connection)}\n\n{end}{after}"
    if os.environ.get("LEDGER_PAGE") == "write":
        PAGE.write_text(computed, encoding="utf-8")
    else:
        assert shown == computed


async def test_the_ends_of_jobs_that_nobody_ends_are_the_real_ones(
    owner_connection: Connection,
) -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    tries = await owner_connection.fetchval("SELECT job_max_attempts()")
    assert f"After {tries} tries the job fails with `WORKER_LOST`" in text
    hours = TIME_LIMIT // timedelta(hours=1)
    assert f"A job that nobody ends expires {hours} hours after its start" in text


def test_the_page_has_no_example_that_nothing_makes() -> None:
    shown = re.findall(r"<!-- example: (\w+) -->", PAGE.read_text(encoding="utf-8"))
    assert shown == [example.__name__ for example in EXAMPLES]
