"""``python -m partner_api`` is the ``layers`` command."""

from partner_api.cli import main

main()
