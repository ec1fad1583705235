"""The command line: global options anywhere, exit statuses, one language at a time, quick to start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from custody_cli import door, faults, output
from custody_cli.hoisting import hoisted, value_of
from custody_cli.presenting import act_line, tree

COMMAND = Path(sys.executable).with_name("custody")


def run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    surroundings = {**os.environ, "CUSTODY_HOME": str(home), "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(
        [str(COMMAND), *arguments], env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["case", "list", "--json"], ["--json", "case", "list"]),
        (["--json", "case", "list"], ["--json", "case", "list"]),
        (["show", "X", "--home", "h", "-q"], ["--home", "h", "-q", "show", "X"]),
        (["show", "--server=s", "X"], ["--server=s", "show", "X"]),
        (["search", "--", "--json"], ["search", "--", "--json"]),
        (["show", "--home"], ["--home", "show"]),
    ],
)
def test_global_options_stand_anywhere(given: list[str], wanted: list[str]) -> None:
    """They are moved to the front; what follows `--` is left alone."""
    assert hoisted(given) == wanted


def test_the_language_is_known_before_the_rest() -> None:
    """Help is made when modules are loaded, so the language is looked up first."""
    assert value_of(["case", "--language", "uk"], "--language") == "uk"
    assert value_of(["--language=uk"], "--language") == "uk"
    assert value_of(["--language"], "--language") is None


def test_a_wrong_call_ends_with_2(tmp_path: Path) -> None:
    """Usage is told on stderr; stdout stays empty."""
    for arguments in (["nonsense"], ["case", "open"], ["case", "list"], ["--at", "x", "status"]):
        done = run(*arguments, home=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "Traceback" not in done.stderr


def test_a_fingerprint_that_is_none_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    """Half of a fingerprint revokes nothing, and the officer is told where the whole one stands."""
    done = run("key", "revoke", "deadbeef", "--reason", "x", home=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "custody key show" in done.stderr


def test_an_unreachable_server_ends_with_6(tmp_path: Path) -> None:
    """It is told by its address."""
    done = run(
        *("--no-passphrase", "--server", "http://127.0.0.1:9", "enrol", "request", "--name", "x"),
        home=tmp_path,
    )

    assert done.returncode == 6
    assert "http://127.0.0.1:9" in done.stderr


def test_help_is_ukrainian_by_the_surroundings(tmp_path: Path) -> None:
    """LANG alone makes the help Ukrainian."""
    done = run("--help", home=tmp_path, LC_ALL="", LANG="uk_UA.UTF-8")

    assert "Приймає докази" in done.stdout


def test_it_starts_quickly(tmp_path: Path) -> None:
    """What only some commands need is not loaded by all: no progress bars, no QR codes, nothing of the server."""
    source = "import sys; import custody_cli.app; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout.split()

    assert set(loaded) & {"rich.progress", "segno", "custody", "api", "events", "storage"} == set()


@pytest.mark.parametrize(
    ("status", "code", "kind", "exit_status"),
    [
        (400, "malformed", faults.Misuse, 2),
        (401, "unauthenticated", faults.SessionEnded, 4),
        (403, "not-permitted", faults.Denied, 4),
        (404, "not-found", faults.NotThere, 3),
        (409, "stale-stream", faults.Conflicting, 5),
        (409, "fork-seen", faults.IntegrityFault, 1),
        (422, "rule-broken", faults.Misuse, 2),
        (500, "content-altered", faults.IntegrityFault, 1),
        (500, "outcome-unknown", faults.Unreachable, 6),
        (503, "unavailable", faults.Unreachable, 6),
        (507, "no-room", faults.NoRoom, 2),
    ],
)
def test_problems_become_exit_statuses(
    status: int, code: str, kind: type[faults.Fault], exit_status: int
) -> None:
    """Each refusal of the server has its status, and its sentence is shown as it came."""
    problem = {"code": code, "detail": "Бо так.", "status": status, "rule": "a.rule"}
    answer = httpx2.Response(status, json=problem, request=httpx2.Request("GET", "http://x/"))
    fault = door.problem_of(answer)

    assert type(fault) is kind
    assert fault.exit_status == exit_status
    assert fault.text() == "Бо так. [a.rule]"


def test_a_problem_that_is_none_is_told_too() -> None:
    """A proxy's page is not a traceback."""
    answer = httpx2.Response(502, text="<html>", request=httpx2.Request("GET", "http://x/"))

    assert isinstance(door.problem_of(answer), faults.Unreachable)


def test_text_from_elsewhere_cannot_steer_the_terminal() -> None:
    """Escape sequences in names and values are made visible."""
    assert output.clean("a\x1b[2Jb") == "a\ufffd[2Jb"
    assert "\x1b" not in tree({"title": {"value": "\x1b[31m", "since": {}}})


def test_an_act_is_told_with_both_clocks_and_names() -> None:
    """The name as it was then, today's beside it, and what is late is marked."""
    line = act_line(
        {
            "index": 7,
            "type": "exhibit.moved.v1",
            "recorded_at": "2026-11-22T08:00:00.000000Z",
            "occurred_at": "2026-11-20T08:00:00+02:00",
            "late": True,
            "actor": {"person": "person/1", "name_then": "Оксана Коваль", "name_now": "Оксана Бондар"},
            "public": {},
            "values": {"place": {"site": "Кімната 1", "detail": None}},
        }
    )

    assert "[late]" in line
    assert "Оксана Коваль (now: Оксана Бондар)" in line
    assert "2026-11-22T08:00:00.000000Z" in line
    assert "2026-11-20T08:00:00+02:00" in line
    assert "place: site: Кімната 1" in line


def test_json_is_never_localised(tmp_path: Path) -> None:
    """The same members and words whatever the language."""
    first, second = (
        run("--json", "--language", each, "held", __file__, home=tmp_path) for each in ("en", "uk")
    )

    assert first.stdout == second.stdout
    assert first.stderr != second.stderr
    assert all(json.loads(line)["schema"] == "custody-cli/1" for line in first.stdout.splitlines())
