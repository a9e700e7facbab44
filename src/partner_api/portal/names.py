"""Names of projects and children, where the session may read them; elsewhere their ids stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.console.components.text import NONE, identifier, other
from partner_api.organizations import routes as organizations
from partner_api.projects import routes as projects

if TYPE_CHECKING:
    import htpy as h

    from partner_api.portal.visit import PortalVisit

# The newest ones of each: of an older one the id is shown.
_MOST: Final = 200


async def project_names(visit: PortalVisit) -> dict[str, str]:
    """Return the names of the organization's projects by their ids."""
    if not visit.may(projects.list_projects):
        return {}
    page = await visit.ask(projects.list_projects, query={"limit": _MOST})
    return {project.id: project.name for project in page.items}


async def child_names(visit: PortalVisit) -> dict[str, str]:
    """Return the names of a partner's children by their ids; a child has none."""
    if visit.is_childs:
        return {}
    page = await visit.as_admin().ask(organizations.list_children, query={"limit": _MOST})
    return {child.id: child.name for child in page.items}


def project_name(names: dict[str, str], project_id: str | None) -> h.Node:
    """Return a project as pages show it."""
    if project_id is None:
        return NONE
    return other(names[project_id]) if project_id in names else identifier(project_id)
