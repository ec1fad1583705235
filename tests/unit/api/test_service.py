"""What the service records of bundles: sealed exactly and once, each zip issued once."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.key_files import ServiceKey
from api.service import Service
from custody.act import read_entry
from custody.canonical import Json
from custody.errors import CustodyError, NotFound, RuleBroken
from custody.ports import Receipt
from custody.states import BundleState
from custody.values import StreamName
from events.bundling.guard import request_of, sealing_of
from events.database import Database
from events.ledger import StoredLedger
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, Office, usual

BUNDLE = StreamName(f"bundle/{uuid_of('bundle')}")
DIGEST = "5e" * 32


def _ledger(office: Office) -> StoredLedger:
    assert isinstance(office.ledger, StoredLedger)
    return office.ledger


@pytest.fixture
def office(database: Database) -> Office:
    """An office with a case and an exhibit in it."""
    office = usual(database)
    office.receive(case=CASE)
    return office


@pytest.fixture
def service(office: Office) -> Service:
    """The service of that office."""
    known = office.person("service")
    assert isinstance(known.key.private, Ed25519PrivateKey)
    return Service(_ledger(office), ServiceKey(known.person, known.key.private), office.clock)


def _request(office: Office) -> None:
    office.tell("taras", "bundle.requested.v1", BUNDLE, examples.request(CASE), examples.requested())


def test_a_bundle_is_sealed_once(office: Office, service: Service) -> None:
    """The sealing is the exact one at the newest head; asked for again, its receipt comes again."""
    _request(office)
    at, ledger = office.size, _ledger(office)
    sealed = service.seal(BUNDLE)
    act = read_entry(sealed.entry).act
    assert sealing_of(ledger, request_of(ledger, BUNDLE), at) == act.public
    office.receive("laptop", case=CASE)
    assert sealed.entry == service.seal(BUNDLE).entry
    state = office.ledger.state(BUNDLE)
    assert isinstance(state, BundleState)
    assert (act.hash, 2) == (state.sealed, state.version)


def test_each_zip_is_issued_once(office: Office, service: Service) -> None:
    """The same digest and size give the first receipt again, others a further issue of the same sealing."""
    _request(office)
    service.seal(BUNDLE)
    first = service.issue(BUNDLE, sha256=DIGEST, size=1_000)
    again = service.issue(BUNDLE, sha256=DIGEST, size=1_000)
    other = service.issue(BUNDLE, sha256="ab" * 32, size=1_000)
    assert (first.entry, first.index) == (again.entry, again.index)
    state = office.ledger.state(BUNDLE)
    assert isinstance(state, BundleState)
    assert {read_entry(each.entry).act.hash for each in (first, other)} == state.issues


def test_nothing_is_sealed_that_was_not_requested(office: Office, service: Service) -> None:
    """Without a request there is no bundle, and without a sealing no issue."""
    with pytest.raises(NotFound):
        service.seal(BUNDLE)
    _request(office)
    with pytest.raises(RuleBroken, match=r"bundle\.sealing"):
        service.issue(BUNDLE, sha256=DIGEST, size=1)


def test_two_who_seal_at_once(office: Office, service: Service) -> None:
    """Asked by two at the same moment, the service seals once and both get the same entry."""
    _request(office)
    barrier, found = Barrier(2), list[Receipt]()

    def seal() -> None:
        barrier.wait(10)
        found.append(service.seal(BUNDLE))

    threads = [Thread(target=seal) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert found[0].entry == found[1].entry
    assert len(found) == len(_ledger(office).stream(BUNDLE)) == 2


def test_many_who_fetch_one_file_at_a_time_are_all_put_on_record(office: Office, service: Service) -> None:
    """More than anybody tries again: each access gets its own entry on the one stream, and nobody a Conflict."""
    exhibit, many = office.receive("camera", case=CASE), 24
    stream = StreamName(f"access/{exhibit.partition('/')[2]}")
    together, receipts, faults = Barrier(many), list[Receipt](), list[CustodyError]()
    public: dict[str, Json] = {
        "exhibit": exhibit,
        "person": office.person("taras").person,
        "what": "download",
    }

    def fetch() -> None:
        together.wait()
        try:
            opened: dict[str, Json] = {"file": None, "purpose": None, "session": "s"}
            receipts.append(service.record("access.recorded.v1", stream, public, opened))
        except CustodyError as fault:
            faults.append(fault)

    threads = [Thread(target=fetch) for _ in range(many)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert ([], many) == (faults, len({each.index for each in receipts}))
