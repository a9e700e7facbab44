"""Pages that cannot be shown: what stands there instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.console.components.errors import error_body, error_title, issues_of
from partner_api.console.components.filters import wrong_filters
from partner_api.console.declare import View
from partner_api.edge.route import PARAMETER
from partner_api.errors import ApiError

if TYPE_CHECKING:
    from partner_api.console.visit import Visit


def error_view(error: ApiError, request_id: str, home: tuple[str, str]) -> View:
    """Return the page that says what was refused, and what to do; ``home`` is that of its mount."""
    return View(
        title=error_title(error), body=error_body(error, request_id, home), status=error.status
    )


def refusal_of_page(visit: Visit, error: ApiError) -> ApiError:
    """Return why a page is not shown: an address that has a malformed id in it names nothing.

    The API says which of its parameters is malformed; whoever has followed a link has filled in none.
    """
    names = {one.path for one in issues_of(error)}
    if names and names <= set(PARAMETER.findall(visit.request.template)):
        return ApiError("NOT_FOUND")
    return error


def refused_view(visit: Visit, error: ApiError, home: tuple[str, str]) -> View:
    """Return what stands in the place of a page that is refused; one with filters keeps them."""
    view = error_view(error, visit.request.request_id, home)
    if not visit.filters or not issues_of(error) or visit.submitted is not None:
        return view
    return View(title=view.title, body=wrong_filters(visit, error), status=error.status)
