"""Stamping: who is asked when, what is kept, and how each authority stands."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custody.errors import Unavailable
from events.database import Database
from events.note import parse_note
from events.timestamping import asking
from events.timestamping.anchors import Anchors
from events.timestamping.asking import ask
from events.timestamping.authorities import Authority
from events.timestamping.checking import check_answer
from events.timestamping.record import TokenRecord
from events.timestamping.requests import Request, imprint_of
from events.timestamping.stamping import Stamped, published_size
from events.timestamping.states import Purpose, StateName
from events.timestamping.tokens import Token, read_token
from events.web import PLAIN, Answer
from tests.support import publishing, stamps
from tests.support.publishing import Press
from tests.support.stamping import authorities, stamping_of
from tests.support.tsa import POLICY, Running, running, unsorted
from tests.support.webs import SwitchedWeb

pytestmark = pytest.mark.programs("openssl")


@pytest.fixture
def press(database: Database) -> Press:
    """Return a published ledger of six entries."""
    press = publishing.open_press(database, 6, start=publishing.EARLY)
    press.publisher.run_once()
    return press


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the authorities' keys are made once."""
    return tmp_path_factory.mktemp("tsa")


@pytest.fixture
def one(folder: Path) -> Iterator[Running]:
    """Run an authority with ECDSA keys."""
    with running(folder, "one") as tsa:
        yield tsa


@pytest.fixture
def two(folder: Path) -> Iterator[Running]:
    """Run an authority with RSA keys."""
    with running(folder, "two", "rsa") as tsa:
        yield tsa


def test_all_are_asked_and_their_answers_kept(
    press: Press, tmp_path: Path, one: Running, two: Running
) -> None:
    """Each authority's token over the newest published checkpoint is kept, byte for byte."""
    sent = list[bytes]()

    def answer(query: bytes) -> tuple[int, bytes]:
        sent.append(unsorted(one.reply(query)))
        return 200, sent[-1]

    one.answer = answer
    stamping = stamping_of(press, tmp_path, one, two)

    assert Stamped({"one": 1, "two": 2}) == stamping.run_once()

    first, second = stamping.record.over(6)
    assert (sent[0], "one", "two") == (first.response, first.tsa, second.tsa)
    text = parse_note(press.publisher.record.note(6)).text
    assert {imprint_of(text)} == {read_token(each.response).imprint for each in (first, second)}
    assert [first, second] == list(stamping.newest_tokens().values())
    states = {each[Purpose.CHECKPOINT].name for each in stamping.standings().values()}
    assert {StateName.GOOD} == states
    assert 6 == published_size(press.log)


def test_the_same_checkpoint_is_stamped_once(press: Press, tmp_path: Path, one: Running) -> None:
    """Nothing grew: nobody is asked, not on demand either."""
    stamping = stamping_of(press, tmp_path, one)
    stamping.run_once()
    press.office.clock.advance(minutes=11)

    assert [Stamped(), Stamped()] == [stamping.run_once(), stamping.run_once(now=True)]
    assert 1 == len(one.asked)


def test_growth_is_stamped_every_ten_minutes(press: Press, tmp_path: Path, one: Running) -> None:
    """A larger checkpoint waits until ten minutes have passed, or until somebody wants it now."""
    stamping = stamping_of(press, tmp_path, one)
    stamping.run_once()
    press.grow(7)
    press.publisher.run_once()

    press.office.clock.advance(minutes=9)
    assert Stamped() == stamping.run_once()
    press.office.clock.advance(minutes=1)
    assert Stamped({"one": 2}) == stamping.run_once()
    press.grow(8)
    press.publisher.run_once()
    assert Stamped({"one": 3}) == stamping.run_once(now=True)
    assert [6, 7, 8] == stamping.record.sizes()


def test_nothing_is_asked_before_anything_is_published(
    database: Database, tmp_path: Path, one: Running
) -> None:
    """A ledger of which nothing is published has nothing to be stamped."""
    press = publishing.open_press(database, 6, start=publishing.EARLY)

    assert Stamped() == stamping_of(press, tmp_path, one).run_once(now=True, renew=True)
    assert [] == one.asked


def test_a_failure_is_seen_and_tried_again(press: Press, tmp_path: Path, one: Running, two: Running) -> None:
    """One that is down: failed with its cause, tried again later and later, then good; the other is not held up."""
    web = SwitchedWeb({one.url})
    stamping = stamping_of(press, tmp_path, one, two, web=web)

    def standing() -> tuple[StateName, int, timedelta]:
        found = stamping.states.of("one", Purpose.CHECKPOINT)
        assert found.asked_at is not None
        return found.name, found.failures, (found.retry_at or found.asked_at) - found.asked_at

    done = stamping.run_once()
    assert ({"two": 1}, {"one"}) == (done.tokens, set(done.failed))
    assert (StateName.FAILED, 1, timedelta(seconds=30)) == standing()
    cause = str(stamping.states.of("one", Purpose.CHECKPOINT).cause)
    assert cause.startswith("authority one: ")
    assert one.url not in cause  # it may hold what its owner was given to ask with

    press.office.clock.advance(seconds=29)
    assert Stamped() == stamping.run_once()
    press.grow(9)
    press.publisher.run_once()
    for failures in range(2, 10):
        press.office.clock.advance(hours=1)
        stamping.run_once()
        expected = min(timedelta(seconds=30 * 2 ** (failures - 1)), timedelta(hours=1))
        assert (StateName.FAILED, failures, expected) == standing()

    web.silent.clear()
    press.office.clock.advance(hours=1)
    assert Stamped({"one": 3}) == stamping.run_once()
    assert (StateName.GOOD, 0, timedelta(0)) == standing()
    assert [(9, "one"), (9, "two")] == [(each.size, each.tsa) for each in stamping.record.over(9)]


def test_while_it_is_asked_it_is_pending(press: Press, tmp_path: Path, one: Running) -> None:
    """The state is there for others to see, and a process that never came back does not block the next."""
    stamping = stamping_of(press, tmp_path, one)
    seen = list[StateName]()

    def answer(query: bytes) -> tuple[int, bytes]:
        seen.append(stamping.states.of("one", Purpose.CHECKPOINT).name)
        return 200, one.reply(query)

    assert StateName.NONE is stamping.states.of("one", Purpose.CHECKPOINT).name
    stamping.states.asked("one", Purpose.CHECKPOINT, press.office.clock.now())
    one.answer = answer
    assert Stamped() == stamping.run_once()
    press.office.clock.advance(minutes=1)
    assert Stamped({"one": 1}) == stamping.run_once()
    assert [StateName.PENDING] == seen


def test_a_clock_that_was_put_back_stops_nothing(press: Press, tmp_path: Path, one: Running) -> None:
    """What was asked at a time that is still to come may be asked again."""
    stamping = stamping_of(press, tmp_path, one)
    stamping.run_once()
    press.grow(7)
    press.publisher.run_once()
    press.office.clock.advance(days=-3)

    assert Stamped({"one": 2}) == stamping.run_once()


def test_the_policy_is_asked_for(press: Press, tmp_path: Path, one: Running) -> None:
    """An authority that has the policy stamps under it; one that has not is failed, in its own words."""
    assert {"one": 1} == stamping_of(press, tmp_path, one, policy=POLICY).run_once().tokens
    press.grow(7)
    press.publisher.run_once()

    refused = stamping_of(press, tmp_path, one, policy="1.2.3.9").run_once(now=True)

    assert "unaccepted_policy" in refused.failed["one"]


def test_two_processes_keep_one_token(press: Press, tmp_path: Path, one: Running) -> None:
    """Another process was first: its token stays, and its number is given."""
    stamping, other = (stamping_of(press, tmp_path, one) for _ in range(2))

    def answer(query: bytes) -> tuple[int, bytes]:
        one.answer = None
        assert {"one": 1} == other.run_once(now=True).tokens
        return 200, one.reply(query)

    one.answer = answer
    assert {"one": 1} == stamping.run_once().tokens
    assert 1 == len(stamping.record.over(6))


class DrippingWeb(SwitchedWeb):
    """A web in which one address never ends its answer."""

    def __init__(self, dripping: str) -> None:
        super().__init__()
        self._dripping, self.ended = dripping, threading.Event()

    def post(self, url: str, body: bytes, media_type: str = PLAIN) -> Answer:
        """Ask, or wait until the test is over."""
        if url == self._dripping:
            self.ended.wait(60)
        return super().post(url, body, media_type)


def test_who_never_ends_an_answer_is_left_to_itself(tmp_path: Path, one: Running, two: Running) -> None:
    """The others' tokens are not held up, and the one that drips has failed."""
    web = DrippingWeb(one.url)

    first, second = ask(web, authorities(tmp_path, one, two), imprint_of("text"), seconds=2)
    web.ended.set()

    assert isinstance(first.outcome, Unavailable)
    assert "does not end its answer" in first.outcome.message
    assert isinstance(second.outcome, Token)


def test_one_checkpoint_is_covered_at_once(press: Press, tmp_path: Path, one: Running, two: Running) -> None:
    """For a bundle: over that size now, though a larger one is stamped; who has just failed is left alone."""
    web = SwitchedWeb()
    stamping = stamping_of(press, tmp_path, one, two, web=web)
    press.grow(7)
    press.publisher.run_once()
    stamping.run_once()

    assert Stamped({"one": 3, "two": 4}) == stamping.cover(6)
    assert Stamped() == stamping.cover(6)
    press.grow(8)
    press.publisher.run_once()
    web.silent.add(one.url)
    assert {"one"} == stamping.cover(8).failed.keys()
    web.silent.clear()
    press.grow(9)
    press.publisher.run_once()
    assert Stamped({"two": 6}) == stamping.cover(9)


def recorded_at(press: Press, time: datetime) -> None:
    """Have one more entry recorded at a time of our clock, and published."""
    press.office.clock.time = time
    press.grow(7)
    press.publisher.run_once()


def test_a_clock_that_no_bundle_could_bear_is_refused(press: Press, tmp_path: Path, one: Running) -> None:
    """A token from over five minutes before its newest entry: failed with both readings, not kept, no anchor."""
    stamping = stamping_of(press, tmp_path, one)
    ours = datetime.now(UTC) + timedelta(minutes=8)
    recorded_at(press, ours)

    done = stamping.run_once()

    standing = stamping.states.of("one", Purpose.CHECKPOINT)
    assert ({}, StateName.FAILED, 1) == (done.tokens, standing.name, standing.failures)
    cause = standing.cause or ""
    assert done.failed["one"] == cause
    assert f"{ours:%Y-%m-%dT%H:%M:%S}" in cause
    assert f"token says {datetime.now(UTC):%Y-%m-%dT%H:}" in cause
    assert "one of the two clocks is wrong" in cause
    assert [] == stamping.record.sizes()
    anchors = Anchors(press.office.ledger.database, press.keys)
    assert [()] == [each.tokens for each in anchors.of([7])]


def test_a_clock_that_bundles_can_bear_is_not(press: Press, tmp_path: Path, one: Running) -> None:
    """Under five minutes of difference, the token is kept and is an anchor."""
    stamping = stamping_of(press, tmp_path, one)
    recorded_at(press, datetime.now(UTC) + timedelta(minutes=4))

    assert Stamped({"one": 1}) == stamping.run_once()
    assert [7] == [each.size for each in Anchors(press.office.ledger.database, press.keys).around([6], 7)]


@pytest.mark.parametrize(("seconds", "taken"), [(300, True), (301, False)])
def test_an_anchor_fits_its_entries(press: Press, seconds: int, *, taken: bool) -> None:
    """A token that was kept before, and that entries below it contradict, is none; the next one that fits is."""
    database, newest = press.office.ledger.database, press.office.clock.now()
    press.grow(7)
    press.publisher.run_once()
    record = TokenRecord(database)
    for size, time in ((6, newest - timedelta(seconds=seconds)), (7, newest)):
        token = read_token(stamps.Authority().stamp(b"text", time))
        record.keep(token, "one", size=size, came_at=newest, until=newest + timedelta(days=9))

    anchors = Anchors(database, press.keys)

    assert ([6, 7] if taken else [7]) == [each.size for each in anchors.around([2], 7)]
    assert [taken, True] == [bool(each.tokens) for each in anchors.of([6, 7])]


def test_what_nobody_foresaw_is_the_state_of_one(
    press: Press, tmp_path: Path, one: Running, two: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours while one answer is checked: a failed state and the exception; the other's token is kept."""

    def check(answer: bytes, request: Request, authority: Authority) -> Token:
        if authority.name == "one":
            raise ZeroDivisionError("secret")
        return check_answer(answer, request, authority)

    monkeypatch.setattr(asking, "check_answer", check)
    stamping = stamping_of(press, tmp_path, one, two)

    done = stamping.run_once()

    standing = stamping.states.of("one", Purpose.CHECKPOINT)
    assert ({"two": 1}, StateName.FAILED) == (done.tokens, standing.name)
    assert "authority one: a fault of ours, ZeroDivisionError: the server's log has more" == standing.cause
    assert done.faults["one"].__traceback__ is not None
