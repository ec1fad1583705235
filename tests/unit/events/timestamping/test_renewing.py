"""Renewal: when it is due, what it covers, and that the record of a token holds for decades (RFC 4998)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp

from custody.errors import Malformed, NotFound, NotProven
from events.note import parse_note
from events.opening import open_database
from events.timestamping.authorities import Authority
from events.timestamping.der import content_info
from events.timestamping.evidence import Link, read_record, verify_record, write_record
from events.timestamping.hash_tree import HashTree, root_of
from events.timestamping.roots import Root
from events.timestamping.stamping import Stamped, Stamping
from events.timestamping.states import Purpose, StateName
from events.timestamping.tokens import read_token
from tests.support import publishing
from tests.support.publishing import Press
from tests.support.stamping import stamping_of
from tests.support.tsa import Running, running, unsorted

pytestmark = pytest.mark.programs("openssl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the authorities' keys are made once."""
    return tmp_path_factory.mktemp("tsa")


@pytest.fixture
def press(tmp_path: Path) -> Press:
    """Return a published ledger of six entries."""
    press = publishing.open_press(open_database(tmp_path / "ledger.sqlite"), 6, start=publishing.EARLY)
    press.publisher.run_once()
    return press


@pytest.fixture
def tsas(folder: Path) -> Iterator[list[Running]]:
    """Run two authorities; the second one's certificates are in no order."""
    with running(folder, "one", "rsa") as one, running(folder, "two") as two:
        two.answer = lambda query: (200, unsorted(two.reply(query)))
        yield [one, two]


@pytest.fixture
def stamping(press: Press, tmp_path: Path, tsas: list[Running]) -> Stamping:
    """Return stamping whose six tokens are over the sizes 6, 7 and 8."""
    found = stamping_of(press, tmp_path, *tsas)
    for size in (6, 7, 8):
        press.grow(size)
        press.publisher.run_once()
        found.run_once(now=True)
    return found


def text_of(press: Press, size: int) -> bytes:
    """Return the text of a published checkpoint."""
    return parse_note(press.publisher.record.note(size)).text.encode()


def roots(stamping: Stamping) -> tuple[Root, ...]:
    """Return the roots of all authorities."""
    return tuple(root for each in stamping.authorities for root in each.roots)


def test_it_is_due_after_a_year(press: Press, stamping: Stamping) -> None:
    """A year after the first token each authority stamps all older ones; then a year later again."""
    clock = press.office.clock
    clock.advance(days=364)
    assert Stamped() == stamping.run_once()
    clock.advance(days=1)
    assert Stamped({"one": 7, "two": 8}) == stamping.run_once()
    clock.advance(days=364)
    assert Stamped() == stamping.run_once()
    clock.advance(days=1)
    assert Stamped({"one": 9, "two": 10}) == stamping.run_once()

    found = [stamping.record.one(number) for number in (7, 8, 9, 10)]
    assert [(0, 6), (0, 6), (0, 8), (0, 8)] == [(each.size, each.covered) for each in found]
    assert StateName.GOOD is stamping.states.of("two", Purpose.RENEWAL).name


def test_it_is_due_before_certificates_end(
    press: Press, tmp_path: Path, tsas: list[Running], folder: Path
) -> None:
    """Thirty days before a token's chain ends, an authority whose own token holds longer renews it, once a day."""
    short = stamping_of(press, tmp_path, tsas[0])
    until = press.office.clock.now() + timedelta(days=31)
    one = short.authorities[0]
    ending = replace(one, roots=tuple(replace(each, until=until) for each in one.roots))
    short.authorities = (ending,)
    short.run_once()
    two = stamping_of(press, tmp_path, tsas[1])
    assert Stamped({"two": 2}) == two.run_once()

    press.office.clock.advance(hours=25)
    assert Stamped() == short.run_once()
    assert Stamped({"two": 3}) == two.run_once()
    press.office.clock.advance(hours=25)
    assert Stamped() == two.run_once()


def test_a_renewal_that_fails_is_a_state_too(press: Press, stamping: Stamping, tsas: list[Running]) -> None:
    """Failed with its cause, and tried again; the other authority's renewal stands."""
    tsas[0].answer = lambda _: (503, b"")
    done = stamping.run_once(renew=True)

    assert ({"two": 7}, {"one"}) == (done.tokens, set(done.failed))
    found = stamping.states.of("one", Purpose.RENEWAL)
    assert (StateName.FAILED, 1) == (found.name, found.failures)
    assert "status 503" in str(found.cause)
    assert StateName.GOOD is stamping.states.of("one", Purpose.CHECKPOINT).name

    tsas[0].answer = None
    press.office.clock.advance(days=365, hours=1)
    assert {"one", "two"} == stamping.run_once().tokens.keys()


def test_the_imprint_is_the_root_over_all_older_tokens(stamping: Stamping) -> None:
    """The renewal is over the leaves of every token before it, renewals among them."""
    stamping.run_once(renew=True)
    stamping.run_once(renew=True)

    leaves = [read_token(stamping.record.one(number).response).leaf for number in range(1, 9)]
    assert leaves[:6] == stamping.record.leaves(6)
    assert HashTree(leaves[:6]).root == read_token(stamping.record.one(7).response).imprint
    assert HashTree(leaves).root == read_token(stamping.record.one(9).response).imprint


@pytest.mark.parametrize("renewals", [0, 1, 3])
def test_a_record_is_verified(press: Press, stamping: Stamping, renewals: int) -> None:
    """With any number of renewals, the record of each token holds over its checkpoint and over no other."""
    for _ in range(renewals):
        stamping.run_once(renew=True)

    for number, size in enumerate((6, 6, 7, 7, 8, 8), 1):
        record = stamping.renewals.evidence(number)
        times = verify_record(record, text_of(press, size), roots(stamping))
        assert (renewals + 1, sorted(times)) == (len(times), times)
        assert stamping.record.one(number).time == times[0]
        with pytest.raises(NotProven, match="something else"):
            verify_record(record, text_of(press, 14 - size if size != 7 else 6), roots(stamping))


def test_a_record_is_der_and_nothing_else(stamping: Stamping) -> None:
    """Read back it is the same links; a changed, longer or cut record is refused."""
    stamping.run_once(renew=True)
    record = stamping.renewals.evidence(2)

    first, second = read_record(record)
    assert (first, content_info(stamping.record.one(2).response)) == (Link(first.content), first.content)
    assert read_token(stamping.record.one(7).response).imprint == root_of(
        stamping.record.one(2).leaf, second.lists
    )
    assert record == write_record([first, second])
    for changed in (record + b"\0", record[:-1], b"", b"0", record[:1] + b"\x80" + record[2:]):
        with pytest.raises(Malformed):
            read_record(changed)


def test_a_record_with_a_link_too_few_is_refused(press: Press, stamping: Stamping) -> None:
    """A renewal of something else, or in another order, proves nothing."""
    for _ in range(2):
        stamping.run_once(renew=True)
    first, second, third = read_record(stamping.renewals.evidence(1))

    other = replace(second, lists=third.lists)
    for links in (
        [first, third, second],
        [second, first],
        [second],
        [first, other],
        [first, Link(second.content)],
    ):
        with pytest.raises(NotProven):
            verify_record(write_record(links), text_of(press, 6), roots(stamping))


def ended(authority: Authority, stamping: Stamping) -> tuple[Root, ...]:
    """Return all roots, those of one authority trusted only until its newest token."""
    newest = stamping.newest_tokens()[authority.name].time
    others = [root for each in stamping.authorities if each is not authority for root in each.roots]
    return (*(replace(each, until=newest) for each in authority.roots), *others)


def test_a_renewal_that_came_too_late_is_refused(press: Press, stamping: Stamping) -> None:
    """When the chain of a token had ended before it was renewed, the record does not hold."""
    stamping.run_once(renew=True)
    one, two = stamping.authorities

    with pytest.raises(NotProven, match=r"no longer good|outside of the window"):
        verify_record(stamping.renewals.evidence(1), text_of(press, 6), ended(one, stamping))
    with pytest.raises(NotProven, match="no longer good"):
        verify_record(stamping.renewals.evidence(2), text_of(press, 6), ended(two, stamping))


def test_only_a_checkpoints_token_has_a_record(stamping: Stamping) -> None:
    """A renewal is part of others' records; what is not there is not found."""
    stamping.run_once(renew=True)

    with pytest.raises(Malformed, match="renewal"):
        stamping.renewals.evidence(7)
    with pytest.raises(NotFound):
        stamping.renewals.evidence(99)
    with pytest.raises(NotFound):
        stamping.renewals.tree(99)


def test_openssl_verifies_every_link(
    press: Press, stamping: Stamping, tsas: list[Running], tmp_path: Path
) -> None:
    """The tokens of a record are what `openssl ts -verify -token_in` takes: over the text, then over the roots."""
    stamping.run_once(renew=True)
    certificates = tmp_path / "roots.pem"
    certificates.write_bytes(b"".join(each.root_pem for each in tsas))
    (tmp_path / "note").write_bytes(text_of(press, 6))
    first, second = read_record(stamping.renewals.evidence(2))
    root = root_of(read_token(stamping.record.one(2).response).leaf, second.lists)

    for name, link, over in (
        ("first", first, ["-data", "note"]),
        ("second", second, ["-digest", root.hex()]),
    ):
        (tmp_path / name).write_bytes(link.content)
        command = ["openssl", "ts", "-verify", "-token_in", "-in", name, *over, "-CAfile", str(certificates)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (0, "Verification: OK\n") == (done.returncode, done.stdout)
    info = tsp.TimeStampResp.load(stamping.record.one(7).response)["time_stamp_token"]["content"]
    imprint = info["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
    assert imprint == root
