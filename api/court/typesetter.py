"""Sets one paper, as a program of its own: what a large one takes of memory ends with it, and never ends the service.

Reads one JSON object from standard input: files by name in base64, `main.typ` among them, and the PDF standard. Writes
the PDF and ends with 0; or writes why there is none and ends with 3.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from typing import Any, Final

import typst

MEMORY: Final = 4 << 30  # bytes
REFUSED: Final = 3


def main() -> int:
    """Set what standard input says."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    asked: dict[str, Any] = json.load(sys.stdin.buffer)
    files: Any = {name: base64.b64decode(data) for name, data in asked["files"].items()}
    try:
        pdf = typst.compile(files, pdf_standards=[asked["standard"]], ignore_system_fonts=True)
    except typst.TypstError as fault:
        sys.stdout.buffer.write(fault.message.encode())
        return REFUSED
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
