"""Databases that are empty, or of an earlier or later version."""

from __future__ import annotations

import re

from partner_api.database import migrate

NEWEST = migrate.expected_revision()
FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION .*?\$\$;$", re.S | re.M)


def forget() -> None:
    migrate._known_revisions.cache_clear()
    migrate.functions_checksum.cache_clear()
