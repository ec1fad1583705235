"""`python -m api`: the commands of whoever runs the service."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from api.commands.backup import back_up, restore_from
from api.commands.court_key import make_key
from api.commands.doctor import examine
from api.commands.prepare import prepare
from api.commands.projections import rebuild_projections
from api.commands.publish import publish, rebuild
from api.commands.saying import say
from api.commands.serve import serve, show_token
from api.commands.stamp import stamp
from api.key_files import FoundingToken
from api.settings import Settings
from custody.errors import CustodyError

USAGE_ERROR = 2
FAILED = 1


def _show_token(settings: Settings) -> int:
    token = FoundingToken(settings.data_dir)
    show_token(token.open(), str(token.path), f"http://{settings.host}:{settings.port}")
    return 0


PLAIN: Final[dict[str, Callable[[Settings], int]]] = {
    "founding-token": _show_token,
    "serve": serve,
    "publish": publish,
    "rebuild": rebuild,
    "rebuild-projections": rebuild_projections,
    "doctor": examine,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 when it failed, or 2 for wrong usage or settings."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, Settings())
    except ValidationError as error:
        for each in error.errors():
            name = "CUSTODY_" + "__".join(str(part) for part in each["loc"]).upper()
            say("bad-setting", setting=name, reason=each["msg"])
        return USAGE_ERROR
    except CustodyError as error:
        say("stopped", reason=error.message)
        return FAILED
    except OSError as error:
        say("stopped", reason=f"{error.filename}: {error.strerror}")
        return FAILED


def _run(options: argparse.Namespace, settings: Settings) -> int:
    match options.command:
        case "court-key":
            return make_key(settings, options.name)
        case "prepare":
            return prepare(settings, options.role)
        case "backup":
            return back_up(settings, options.folder, store=options.store)
        case "restore":
            return restore_from(settings, options.folder, options.checkpoint)
        case "stamp":
            return stamp(settings, renew=options.renew)
        case name:
            return PLAIN[str(name)](settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the service")
    commands.add_parser("founding-token", help="print the one-time founding token again")
    role = commands.add_parser(
        "prepare", help="make the tables in PostgreSQL, for a role that may only append"
    )
    role.add_argument("role", help="the role as which the service runs; this command runs as the owner")
    backup = commands.add_parser("backup", help="copy the ledger, with its head beside it, into a new folder")
    backup.add_argument("folder", type=Path)
    backup.add_argument("--store", action="store_true", help="the embedded store too; the service is stopped")
    restore = commands.add_parser("restore", help="bring a backup into an empty data folder")
    restore.add_argument("folder", type=Path)
    restore.add_argument("--checkpoint", type=Path, help="a checkpoint kept elsewhere, which it must hold")
    commands.add_parser("publish", help="publish the log once, if the service does not")
    stamping = commands.add_parser("stamp", help="ask for time-stamps of the published log now")
    stamping.add_argument("--renew", action="store_true", help="renew all older time-stamps too")
    court = commands.add_parser("court-key", help="make a self-issued key that signs statements, to try with")
    court.add_argument("--name", default="Custody", help="the name in its certificate")
    commands.add_parser("rebuild", help="read the published ledger back into an empty database")
    commands.add_parser("rebuild-projections", help="make the rows of lists and search anew")
    commands.add_parser("doctor", help="look at settings, keys, database, vault and clock")
    return parser


if __name__ == "__main__":
    sys.exit(main())
