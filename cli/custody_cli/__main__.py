"""Runs `custody`: chooses the language first, then the command, and turns faults into exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from custody_cli import messages, output
from custody_cli.faults import Fault
from custody_cli.hoisting import hoisted, value_of

INTERRUPTED = 130
USAGE = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit by its status: 0 ok, 1 integrity, 2 usage, 3, 4, 5, 6 and 130 as the guide says."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    messages.choose(messages.language_of(value_of(given, "--language")))
    sys.exit(_run(hoisted(given)))


def _run(arguments: list[str]) -> int:
    import click  # noqa: PLC0415 - after the language is chosen

    from custody_cli.app import app  # noqa: PLC0415 - as above: its texts are made when it is loaded

    try:
        status = app(arguments, prog_name="custody", standalone_mode=False)
    except Fault as fault:
        output.failure(fault.text())
        return fault.exit_status
    except click.ClickException as fault:
        fault.show(sys.stderr)
        return fault.exit_code
    except (KeyboardInterrupt, click.Abort):
        output.failure(messages.say("interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    main()
