"""Prints the server's OpenAPI document."""

from __future__ import annotations

import sys
from itertools import chain

import msgspec

from partner_api.app import ROUTES
from partner_api.reference.document import build_document

if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(build_document(chain.from_iterable(ROUTES))))
