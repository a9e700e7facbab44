"""Writes the generated files of both client libraries; `make sdk` runs it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tools.sdk.output import generate, replace_files
from tools.sdk.shapes import CannotExpress

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Read a document and write the files; 1 when the document has something that cannot be expressed."""
    parser = argparse.ArgumentParser(prog="python -m tools.sdk", description=__doc__)
    parser.add_argument("--document", type=argparse.FileType("rb"), default=sys.stdin.buffer)
    parser.add_argument("--into", type=Path, default=ROOT / "sdk", help="the folder sdk/")
    arguments = parser.parse_args()
    try:
        files = generate(json.load(arguments.document))
    except CannotExpress as error:
        print(f"The document cannot be turned into libraries: {error}", file=sys.stderr)
        return 1
    replace_files(arguments.into, files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
