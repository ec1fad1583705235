"""How often something may be asked for: counted by name, refused with the time to wait, in bounded memory."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import rates
from api.problems import Refused
from api.rates import Rate, client_name


class HandTime:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the present second."""
        return self.seconds


def test_one_too_many_is_refused_with_the_time_to_wait() -> None:
    """Sixty a minute: all may come at once, and then one each second; the wait that is told is long enough."""
    time = HandTime()
    rate = Rate(60, time)
    for _ in range(60):
        rate.take("a")

    with pytest.raises(Refused) as told:
        rate.take("a")
    assert (429, "too-many-requests", {"Retry-After": "1"}) == (
        told.value.problem.status,
        told.value.problem.code,
        told.value.headers,
    )
    time.seconds += int(told.value.headers["Retry-After"])
    rate.take("a")


def test_names_are_counted_apart() -> None:
    """What one uses up is not another's."""
    rate = Rate(1, HandTime())
    rate.take("a")
    rate.take("b")
    with pytest.raises(Refused):
        rate.take("a")


def test_no_more_names_are_remembered_than_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was seen longest ago is forgotten; who has just been refused is not."""
    monkeypatch.setattr(rates, "MOST_NAMES", 3)
    rate = Rate(1, HandTime())
    for name in ("a", "b", "c"):
        rate.take(name)
    with pytest.raises(Refused):
        rate.take("a")
    rate.take("d")

    with pytest.raises(Refused):
        rate.take("a")
    rate.take("b")
    assert 3 == len(rate._left)


@given(per_minute=st.integers(1, 1000), steps=st.lists(st.floats(0, 30), max_size=200))
def test_never_more_than_the_rate(per_minute: int, steps: list[float]) -> None:
    """However they come: at most so many at once, and so many more in each minute since."""
    time = HandTime()
    rate, taken = Rate(per_minute, time), 0
    for step in steps:
        time.seconds += step
        with suppress(Refused):
            rate.take("a")
            taken += 1

    assert taken <= per_minute + time.seconds * per_minute / 60 + 1e-6


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_a_client_is_named_by_its_address(host: str | None, name: str) -> None:
    """Of IPv6 it is the network: a subscriber has more addresses there than could ever be counted."""
    assert name == client_name(host)
