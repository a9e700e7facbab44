"""Where the ``layers`` command begins."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and end with its status; what goes wrong in a known way is one sentence."""
    try:
        # Imported here, because Ctrl-C is to be obeyed without a traceback from the first moment.
        from partner_api.commands.application import app
        from partner_api.commands.failures import run

        sys.exit(run(app))
    except KeyboardInterrupt:
        sys.exit(130)
