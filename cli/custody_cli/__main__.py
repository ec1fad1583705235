"""Runs `custody`: chooses the language first, then the command, and turns faults into exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from custody_cli import local_faults, messages, output
from custody_cli.faults import Fault, Misuse
from custody_cli.hoisting import hoisted, value_of

INTERRUPTED = 130
LANGUAGES = ("en", "uk")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit by its status: 0 ok, 1 integrity, 2 usage, 3 to 6 as `faults` says, 130."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    named = value_of(given, "--language")
    messages.choose(messages.language_of(named))
    if named is not None and named not in LANGUAGES:
        sys.exit(_failed(Misuse("language.bad", text=named)))
    sys.exit(_run(hoisted(given)))


def _run(arguments: list[str]) -> int:
    try:
        from custody_cli.app import app  # noqa: PLC0415 - its texts are made when it is loaded

        app(arguments, prog_name="custody")
    except Fault as fault:
        return _failed(fault)
    except OSError as fault:
        return _failed(local_faults.fault_of(fault))
    except KeyboardInterrupt:  # while the program was still loading
        return _interrupted()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            return _interrupted()
        return end.code if isinstance(end.code, int) else 0
    return 0


def _interrupted() -> int:
    output.failure(messages.say("interrupted"))
    return INTERRUPTED


def _failed(fault: Fault) -> int:
    output.failure(fault.text())
    return fault.exit_status


if __name__ == "__main__":
    main()
