"""Real servers and programs are not optional where it counts: with --require-services a skip for want of one fails.

A machine without them may skip such tests and is told so. CI (CI=true) may not: a skip of a test marked
`browser`, `postgres`, `s3` or `programs(NAME, ...)` becomes a failure, and a whole run in which no test of a kind
passed fails as well. What stands in OPTIONAL may be missing anywhere.
"""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

SERVICES = {"browser": "chromium", "postgres": "postgres_url", "s3": "s3_server"}
"""Marker of each service, and the fixture that every use of it goes through."""

PROGRAMS = ("certutil", "go", "openssl", "pdfsig", "qpdf", "sha256sum", "unzip")
"""Programs of others, each of which a whole run must have used; deploy/foreign-clients installs them."""

OPTIONAL = frozenset({"java"})

_GO_MODULE = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
_PASSED = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --require-services, which CI=true turns on."""
    parser.addoption(
        "--require-services",
        action="store_true",
        default=os.environ.get("CI") == "true",
        help="fail where a test is skipped for want of a browser, server or program, or where none of a kind ran",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin with no service seen."""
    config.stash[_PASSED] = set()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark each test by the services that its fixtures start."""
    names = getattr(item, "fixturenames", ())
    for marker, fixture in SERVICES.items():
        if fixture in names:
            item.add_marker(marker)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are not installed."""
    if missing := [name for name in _programs(item) if not is_here(name)]:
        pytest.skip(f"no {', '.join(missing)}: deploy/foreign-clients installs what CI needs")


def _programs(item: pytest.Item) -> Iterator[str]:
    for mark in item.iter_markers("programs"):
        yield from mark.args


def is_here(program: str) -> bool:
    """Tell whether a program of others is installed; Go with its module of transparency logs."""
    return shutil.which(program) is not None and (program != "go" or _GO_MODULE.is_dir())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count what passed, and turn a skip that is not allowed into a failure."""
    report = yield
    wanted = {marker for marker in SERVICES if item.get_closest_marker(marker)}
    wanted |= {*_programs(item)} - OPTIONAL
    if report.when == "call" and report.passed:
        passed: set[str] = item.config.stash[_PASSED]
        passed.update(wanted)
    if wanted and report.skipped and not hasattr(report, "wasxfail") and _required(item.config):
        report.outcome = "failed"
        report.longrepr = f"skipped, but --require-services is on: {call.excinfo and call.excinfo.value}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a whole run in which a service was never used."""
    if exitstatus == pytest.ExitCode.OK and _missing(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which service or program was never used, before pytest's own closing line."""
    for marker in _missing(terminalreporter.config):
        terminalreporter.write_line(f"ERROR: no test of `{marker}` passed in this run", red=True)


def _required(config: pytest.Config) -> bool:
    return bool(config.getoption("require_services"))


def _missing(config: pytest.Config) -> list[str]:
    """Services and programs that no test used, where that is a fault: not in a run of chosen tests."""
    options = config.option
    chosen = config.args_source is config.ArgsSource.ARGS or options.keyword or options.markexpr
    if chosen or options.collectonly or not _required(config):
        return []
    passed: set[str] = config.stash[_PASSED]
    return sorted({*SERVICES, *PROGRAMS} - passed)
