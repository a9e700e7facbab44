"""Wire types of projects, as the operator sees them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from partner_api.projects.schemas import ProjectsQuery


class OpsProjectsQuery(ProjectsQuery, frozen=True, rename="camel", kw_only=True):
    """Filters of an organization's projects, as it has them, and of which environment."""

    env: Annotated[
        Literal["live", "test"], Meta(description="Of which of its two environments.")
    ] = "live"
