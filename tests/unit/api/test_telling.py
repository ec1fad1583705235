"""What the log tells of runs of the publisher."""

from __future__ import annotations

from structlog.testing import capture_logs

from api.publishing import Telling
from events.publishing.publisher import Publication

FAULT = ZeroDivisionError()
SILENT = Publication(size=1, root=bytes(32), is_new=False, silent={"w2": "no"}, faults={"w2": FAULT})


def test_a_fault_with_a_witness_is_told_once() -> None:
    """It is critical, and has its traceback; the same at the next run is not told again."""
    telling = Telling()
    with capture_logs() as told:
        telling.tell(SILENT)
        telling.tell(SILENT)

    assert [("witness_fault", "critical", FAULT)] == [
        (each["event"], each["log_level"], each["exc_info"]) for each in told if "exc_info" in each
    ]
