"""The running service publishes: strangers check a copy of its log, and the ledger comes back from it."""

import json
import secrets
import shutil
from hashlib import sha256
from pathlib import Path
from typing import cast

import httpx2
import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from api.commands.doctor import findings
from api.key_files import open_keys
from api.publishing import read_policy
from api.settings import Settings
from custody.errors import Malformed, NotFound
from custody.ports import ObjectStore, StoredObject
from events.policy import parse_policy
from events.publishing.mirror import mirror
from events.receipt import parse_receipt
from storage import free_ports
from storage.memory_objects import FolderObjects
from tests.conformance.test_go_client import Audit, audit
from tests.journeys.test_backup_restore import api
from tests.support import doors, polling
from tests.support.doors import Person, Server
from tests.support.witnesses import running

pytestmark = [pytest.mark.s3, pytest.mark.slow]

__all__ = ["audit"]

DATABASE = "ledger.sqlite"
DATA = bytes(range(256)) * 40


class Served:
    """The log as somebody reads it over HTTP."""

    def __init__(self, server: Server, reader: Person | None) -> None:
        headers = {} if reader is None else {"Authorization": str(reader.client.headers["Authorization"])}
        self._url, self._headers = f"{server.url}/log/", headers

    def read(self, name: str) -> StoredObject:
        """Return a file of the log."""
        answer = httpx2.get(self._url + name, headers=self._headers)
        if answer.status_code == 404:
            raise NotFound("file", name)
        assert answer.status_code == 200, answer.text
        return StoredObject(answer.content, "")

    def size(self) -> int:
        """Return the size of the newest published checkpoint, 0 while there is none."""
        try:
            return int(self.read("checkpoint").data.split(b"\n")[1])
        except NotFound:
            return 0


def head(server: Server) -> tuple[int, str, str]:
    """Return size, root and state of a running ledger."""
    told = httpx2.get(f"{server.api}/ledger").json()
    return told["size"], told["root"], told["state"]


def published(server: Server) -> int:
    """Wait until the published log has every entry; return its size."""
    size = head(server)[0]
    polling.until(lambda: Served(server, None).size() >= size, "the publisher")
    return size


def put_away(data: Path, name: str) -> None:
    """Move the database out of the data folder."""
    (data.parent / name).mkdir()
    for file in data.glob(f"{DATABASE}*"):
        shutil.move(file, data.parent / name / file.name)


MALFORMED = (
    "0/0",
    "64/000",
    "x/000",
    "entries/",
    "entries/0",
    "0/000.p/256",
    "0/" + "x000/" * 40 + "000",
    "entries",
)


def status(server: Server, name: str, reader: Person | str | None) -> int:
    """Return what a reader of the log gets: nobody, a person who is signed in, or the holder of a token."""
    held = str(reader.client.headers["Authorization"]) if isinstance(reader, Person) else f"Bearer {reader}"
    headers = {} if reader is None else {"Authorization": held}
    return httpx2.get(f"{server.url}/log/{name}", headers=headers).status_code


def test_the_log_is_published_checked_by_strangers_and_read_back(tmp_path: Path, audit: Audit) -> None:
    """Two foreign programs accept the served log; an older database is refused; a rebuild gives the same root."""
    data, copy = tmp_path / "data", tmp_path / "log"
    with doors.running(data) as server:
        founder = doors.found(server)
        officer, auditor = (
            doors.enrol(founder, "officer", "officer"),
            doors.enrol(founder, "auditor", "auditor"),
        )
        case = doors.open_case(officer, "LOG-1")
        published(server)
    put_away(data, "older")
    shutil.copytree(tmp_path / "older", data, dirs_exist_ok=True)
    token = secrets.token_urlsafe(32)
    mirrors = json.dumps({"archive": sha256(token.encode()).hexdigest()})
    with doors.running(data, CUSTODY_MIRROR_TOKENS=mirrors) as server:
        for each in (officer, auditor):
            each.client, each.server = server.client(), server
            assert each.sign_in().status_code == 201
        exhibit, file = doors.digital(officer, case, DATA)
        size = published(server)
        mirror(cast(ObjectStore, Served(server, auditor)), FolderObjects(copy))
        vkey, newest = httpx2.get(f"{server.api}/ledger").json()["log"][0], head(server)
        bundle = f"tile/entries/000.p/{size}"
        readers = (None, officer, auditor, token, "x" * 43)
        answers = [status(server, bundle, each) for each in readers]
        malformed = [status(server, f"tile/{name}", None) for name in MALFORMED]
    assert (0, "OK\n") == audit("log", copy, key=vkey)
    reader = TilesReader(LocalBackend(copy))
    reader.get_checkpoint().verify(Vkey.from_string(vkey))
    assert size == reader.get_checkpoint().size
    assert [401, 403, 200, 200, 401] == answers
    assert [404] * len(MALFORMED) == malformed

    put_away(data, "newest")
    shutil.copytree(tmp_path / "older", data, dirs_exist_ok=True)
    with doors.running(data) as server:
        told = httpx2.get(f"{server.api}/ledger").json()
    assert told["state"] == "read-only"
    assert "restored backup" in told["reason"]
    put_away(data, "refused")

    rebuilt = api(data, "rebuild")
    assert (0, True) == (rebuilt.returncode, newest[1] in rebuilt.stdout), rebuilt.stdout
    assert api(data, "publish").returncode == 0
    with doors.running(data) as server:
        assert newest == head(server)
        officer.client, officer.server = server.client(), server
        assert officer.sign_in().status_code == 201
        path = f"/exhibits/{exhibit.partition('/')[2]}/files/{file}/content"
        assert officer.client.get(path).content == DATA
        doors.physical(officer, case)
        assert published(server) > size


def test_a_witness_stands_behind_a_receipt(tmp_path: Path) -> None:
    """With a policy the witness cosigns what is published, and a witnessed receipt can be had."""
    data, policy = tmp_path / "data", tmp_path / "witnesses.policy"
    vkeys = open_keys(data, "custody.local").log_keys.vkeys
    with running(tmp_path, "w1", vkeys) as witness:
        logs = "".join(f"log {vkey}\n" for vkey in vkeys)
        policy.write_text(f"{logs}{witness.line()}quorum w1\n")
        with doors.running(data, CUSTODY_WITNESS_POLICY=str(policy), CUSTODY_PUBLISH_SECONDS="0.2") as server:
            founder = doors.found(server)
            published(server)
            late = {"Accept-Language": "uk"}
            signed = founder.client.get("/receipts/0").json()
            timed = founder.client.get("/receipts/0", params={"min_grade": "time-stamped"}, headers=late)
            answer = founder.client.get("/receipts/0", params={"min_grade": "witnessed"})
            written = founder.send(doors.renamed(founder)).json()
            asked = founder.client.post(
                "/verifications", json={"scope": "ledger", "files": False}, headers={"Idempotency-Key": "1"}
            ).json()
            over = founder.client.get(f"/operations/{asked['operation']}", params={"wait": 25}).json()
    nobody = {"asked": "w1", "counted": [], "missing": ["w1"], "not_judged": []}
    assert [("signed", nobody)] * 2 == [(each["grade"], each["witnesses"]) for each in (signed, written)]
    assert ("witnessed", ["w1"]) == (answer.json()["grade"], answer.json()["witnesses"]["counted"])
    assert ["w1"] == over["result"]["witnesses"]["counted"] + over["result"]["witnesses"]["missing"]
    assert (404, "not-yet", "receipt.no-tsa") == (timed.status_code, *map(timed.json().get, ("code", "rule")))
    assert "позначок часу" in timed.json()["detail"]
    told = {name: detail for name, _, detail in findings(Settings(data_dir=data, witness_policy=policy))}
    assert "1 asked, quorum w1" == told["witnesses"]
    judged = parse_policy(policy.read_bytes()).judge(
        parse_receipt(answer.json()["proof"].encode()).checkpoint
    )
    assert ["w1"] == list(judged.cosigned)
    assert sorted(vkeys) == sorted(judged.signed_by)


def test_a_policy_for_another_log_stops_the_start(tmp_path: Path) -> None:
    """A policy that does not name the ledger's own key is refused, by the command as by the service."""
    data, policy = tmp_path / "data", tmp_path / "witnesses.policy"
    keys, other = (open_keys(tmp_path / each, "custody.local").log_keys for each in ("data", "other"))
    policy.write_text(f"log {other.vkeys[0]}\nquorum none\n")
    with pytest.raises(Malformed, match="log key"):
        read_policy(policy, keys)
    assert "none" == read_policy(None, keys).quorum
    assert data.is_dir()


def test_without_its_store_the_service_reads(tmp_path: Path) -> None:
    """A store that does not answer at start leaves the ledger open for reading, with the reason."""
    store = {
        "ENDPOINT": f"http://127.0.0.1:{free_ports.pick(1)[0]}",
        "BUCKET": "evidence",
        "KEYS_BUCKET": "keys",
        "ACCESS_KEY": "a",
        "SECRET_KEY": "b",
    }
    given = {f"CUSTODY_S3__{name}": value for name, value in store.items()}
    with doors.running(tmp_path / "data", **given) as server:
        told = httpx2.get(f"{server.api}/ledger").json()
        log = httpx2.get(f"{server.url}/log/checkpoint").status_code
    assert ("read-only", 503) == (told["state"], log)
    assert "published log" in told["reason"]
