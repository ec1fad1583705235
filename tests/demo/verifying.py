"""The court's own tool, `custody-verify`, as a process: it shares no code with the server."""

import json
import subprocess
import sys
from pathlib import Path

from tests.demo.people import Json, Refused
from tests.demo.server import without_settings

COMMAND = Path(sys.executable).with_name("custody-verify")


def run(*arguments: str | Path) -> tuple[int, Json]:
    """Run `custody-verify ... --json`; return exit status and verdict. Refused when it gives none."""
    line = [str(COMMAND), *map(str, arguments), "--json"]
    done = subprocess.run(
        line, env=without_settings(), capture_output=True, text=True, check=False, timeout=120
    )
    try:
        verdict: Json = json.loads(done.stdout)
    except ValueError as fault:
        raise Refused(f"{' '.join(line)} ended with {done.returncode}\n{done.stdout}{done.stderr}") from fault
    return done.returncode, verdict
