"""What the tests of this folder share."""

from tests.support.quiet import quiet, quiet_family, quiet_urls  # noqa: F401 - pytest finds fixtures here
