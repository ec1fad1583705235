"""Real servers are not optional where it counts: with --require-services a test skipped for want of one fails.

A machine without them may skip such tests and is told so. CI (CI=true) may not: a skip of a test marked
`browser`, `postgres` or `s3` becomes a failure, and a whole run in which no test of a kind passed fails as well.
"""

import os
from collections.abc import Generator

import pytest

SERVICES = {"browser": "chromium", "postgres": "postgres_url", "s3": "s3_server"}
"""Marker of each service, and the fixture that every use of it goes through."""

_PASSED = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --require-services, which CI=true turns on."""
    parser.addoption(
        "--require-services",
        action="store_true",
        default=os.environ.get("CI") == "true",
        help="fail where a test is skipped for want of Chromium, PostgreSQL or S3, or where none of a kind ran",
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count what passed, and turn a skip that is not allowed into a failure."""
    report = yield
    wanted = {marker for marker in SERVICES if item.get_closest_marker(marker)}
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
    """Say which service was never used, before pytest's own closing line."""
    for marker in _missing(terminalreporter.config):
        terminalreporter.write_line(f"ERROR: no test marked `{marker}` passed in this run", red=True)


def _required(config: pytest.Config) -> bool:
    return bool(config.getoption("require_services"))


def _missing(config: pytest.Config) -> list[str]:
    """Services that no test used, where that is a fault: not in a run of chosen tests."""
    options = config.option
    chosen = config.args_source is config.ArgsSource.ARGS or options.keyword or options.markexpr
    if chosen or options.collectonly or not _required(config):
        return []
    passed: set[str] = config.stash[_PASSED]
    return sorted(SERVICES.keys() - passed)
