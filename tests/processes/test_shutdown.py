"""How the seconds of a stop are shared out."""

from __future__ import annotations

import pytest

from partner_api.processes.shutdown import plan_shutdown


def test_of_ten_seconds_requests_get_most() -> None:
    assert plan_shutdown(10) == pytest.approx((7.5, 8.5, 8.8, 9.3, 9.8))


@pytest.mark.parametrize("total", [1, 2, 5, 10, 60, 600])
def test_all_of_it_is_over_in_time_and_in_order(total: int) -> None:
    plan = plan_shutdown(total)
    assert [*plan] == sorted(plan)
    assert plan.requests > 0
    assert plan.everything < total
