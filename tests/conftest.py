"""Fixtures and settings that all tests share; the real servers behind them are in tests/support."""

import os
import signal
from types import FrameType

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.browsers",
    "tests.support.doors",
    "tests.support.databases",
    "tests.support.office",
    "tests.support.order",
    "tests.support.postgres",
    "tests.support.s3",
    "tests.support.services",
]

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci", max_examples=200, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")


def _leave_in_order(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


# A test run that is told to end takes its servers with it: fixtures are torn down as for Ctrl-C.
signal.signal(signal.SIGTERM, _leave_in_order)
