"""Where the ``layers`` command begins."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; what goes wrong in a known way ends in one sentence and status 1."""
    try:
        # Imported here, because Ctrl-C is to be obeyed without a traceback from the first moment.
        from partner_api.commands.application import app
        from partner_api.commands.failures import failing_politely

        with failing_politely():
            app()
    except KeyboardInterrupt:
        sys.exit(130)
