"""The real server makes and sends bundles with files far larger than its memory."""

import hashlib
import logging
import os
import time
from pathlib import Path

import pytest

from tests.faults.test_server_memory import LIMIT, most_resident, sparse
from tests.support import doors, examples, handing_out, large
from tests.support.large import MIB

pytestmark = [pytest.mark.s3, pytest.mark.slow]

_log = logging.getLogger(__name__)

SIZE = int(os.environ.get("CUSTODY_TEST_LARGE_MIB", "1024")) * MIB


@pytest.mark.timeout(1200)
def test_a_large_bundle_in_little_memory(tmp_path: Path) -> None:
    """A bundle with a file of CUSTODY_TEST_LARGE_MIB MiB is made and sent whole in under 300 MiB resident."""
    source = sparse(tmp_path / "large", SIZE)
    with doors.running(tmp_path / "data") as server:
        officer = doors.enrol(doors.found(server), "officer", "officer")
        case = doors.open_case(officer, "LARGE-1")
        large.deposit(officer, source)
        intake = examples.intake(case, "digital", [source.file], collected_at=doors.COLLECTED)
        digests = {"sha256": source.declared.sha256, "sha512": source.declared.sha512, "size": SIZE}
        body = examples.digital([source.file]) | {f"files/{source.file}/digests": digests}
        officer.write("exhibit.received.v1", source.exhibit, intake, body, new=True)

        server.stop()  # so that what is measured is of the bundle alone
        server.start()
        assert server.process is not None
        began = time.monotonic()
        told = handing_out.made(officer, handing_out.request(officer, case))
        made = time.monotonic()
        digest, size = hashlib.sha256(), 0
        path = f"/bundles/{told['bundle'].partition('/')[2]}/zip"
        with officer.client.stream("GET", path) as response:
            for piece in response.iter_raw(MIB):
                digest.update(piece)
                size += len(piece)
        sent = time.monotonic()

        most = most_resident(server.process.pid)
    rates = [SIZE / MIB / seconds for seconds in (made - began, sent - made)]
    _log.info("made at %.0f MiB/s, sent at %.0f MiB/s, at most %d MiB", *rates, most // MIB)
    assert (told["sha256"], told["size"], []) == (digest.hexdigest(), size, told["left_out"])
    assert most < LIMIT
