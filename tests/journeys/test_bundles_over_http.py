"""A bundle from request to court: made by the service, fetched over HTTP, checked by a program that shares no code."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.support import handing_out
from tests.support.doors import House
from tests.support.handing_out import Fetched

pytestmark = [pytest.mark.s3]


@pytest.fixture(scope="module")
def fetched(house: House) -> Fetched:
    """The bundle of the whole case, with its files, as the prosecutor fetched it."""
    told = handing_out.made(house.prosecutor, handing_out.request(house.prosecutor, house.case))
    return handing_out.fetch(house.prosecutor, told)


def test_a_whole_case_with_its_files_holds(house: House, fetched: Fetched, tmp_path: Path) -> None:
    """custody-verify, given the log key and the receipt, finds that all required questions hold."""
    path = fetched.write(tmp_path)
    trust = tmp_path / "trust.policy"
    trust.write_text(handing_out.policy(house.prosecutor))

    status, verdict = handing_out.verify(path, "--trust", str(trust), "--receipt", f"{path}.receipt")

    assert 0 == status, verdict
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as bundle:
        assert house.data == bundle.read(f"{fetched.bundle.replace('/', '-')}/data/files/{house.file}")
