"""Court papers of a running service: signed, in the zip and over HTTP, for those who may have the bundle."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.court.court_key import make_court_key
from api.court.papers import DRAFTS
from tests.support import handing_out
from tests.support.doors import House, running
from tests.support.office import Office

pytestmark = [pytest.mark.s3]

IN_ZIP = ("statement.pdf", "case.jsonld")


def in_zip(data: bytes, name: str) -> bytes:
    """Return a file of `data/` of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        top = found.namelist()[0].partition("/")[0]
        return found.read(f"{top}/data/{name}")


@pytest.mark.slow
def test_papers_of_a_bundle(tmp_path: Path) -> None:
    """With a court key the statement in the zip is signed; the address gives the same bytes, and drafts unsigned."""
    make_court_key(tmp_path / "data" / "court", "Custody, Kyiv", datetime.now(UTC))
    with running(tmp_path / "data") as server:
        house = House(server)
        told = handing_out.made(house.prosecutor, handing_out.request(house.prosecutor, house.case))
        fetched = handing_out.fetch(house.prosecutor, told)
        path = f"/bundles/{told['bundle'].partition('/')[2]}/papers"
        got = {each: house.prosecutor.client.get(f"{path}/{each}") for each in (*IN_ZIP, *DRAFTS)}
        refused = {
            "a stranger": house.stranger.client.get(f"{path}/statement.pdf").status_code,
            "an auditor": house.auditor.client.get(f"{path}/statement.pdf").status_code,
            "the administrator": house.founder.client.get(f"{path}/statement.pdf").status_code,
            "another name": house.prosecutor.client.get(f"{path}/other.pdf").status_code,
        }

    assert {200} == {each.status_code for each in got.values()}
    assert [in_zip(fetched.data, each) for each in IN_ZIP] == [got[each].content for each in IN_ZIP]
    assert b"/ETSI.CAdES.detached" in got["statement.pdf"].content
    assert not [each for each in DRAFTS if b"/ByteRange" in got[each].content]
    assert "application/ld+json" == got["case.jsonld"].headers["content-type"]
    assert {"a stranger": 404, "an auditor": 403, "the administrator": 403, "another name": 404} == refused


@pytest.mark.slow
def test_the_command_writes_all_papers(office: Office, tmp_path: Path) -> None:
    """`custody bundle papers` writes five files, the statement as it is in the zip, and writes over nothing."""
    case = office.case()
    (tmp_path / "а.bin").write_bytes(b"evidence" * 100)
    office.officer.intake(case, tmp_path / "а.bin")
    target, folder = tmp_path / "x.zip", tmp_path / "papers"
    to = ("--to", "Апеляційний суд", "--purpose", "засідання 3 грудня")
    bundle = office.prosecutor.run("bundle", "make", case, "-o", target, *to).one("bundle")["bundle"]

    said = office.prosecutor.run("bundle", "papers", bundle, "-o", folder)
    again = office.prosecutor.ask("bundle", "papers", bundle, "-o", folder)

    assert sorted((*IN_ZIP, *DRAFTS)) == sorted(each.name for each in folder.iterdir())
    assert {str(each) for each in folder.iterdir()} == {each["path"] for each in said.of("paper")}
    assert in_zip(target.read_bytes(), "statement.pdf") == (folder / "statement.pdf").read_bytes()
    assert (5, []) == (again.status, again.of("paper"))
