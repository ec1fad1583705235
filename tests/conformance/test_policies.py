"""Policy files through both implementations: what is refused, and when a quorum is met."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custody_verifier.note
import custody_verifier.policy
from custody.errors import CustodyError
from custody_verifier.errors import VerifierError
from events.checkpoint import LogKey
from events.cosignatures import MlDsaLogKey
from events.policy import parse_policy
from tests.support.composing import seed
from tests.support.witnesses import signers

ORIGIN = "custody.example.org/5f0c11ab"
LOG = LogKey.from_seed(ORIGIN, seed("log"))
ML_DSA = MlDsaLogKey.from_seed(ORIGIN, seed("log"))


@cache
def vkey(number: int, kind: int = 0) -> str:
    """Return the vkey of a witness."""
    return signers(f"w{number}")[kind].cosigner.vkey


def witnesses(count: int) -> str:
    """Return the lines of some witnesses."""
    return "".join(f"witness w{number} {vkey(number)}\n" for number in range(count))


@dataclass(frozen=True)
class Reader:
    """One implementation: reads a policy and tells whether names are a quorum."""

    name: str
    refusals: tuple[type[Exception], ...]
    is_met: Callable[[bytes, set[str]], bool]


READERS = [
    Reader("ledger", (CustodyError,), lambda data, names: parse_policy(data).is_met(names)),
    Reader(
        "verifier",
        (VerifierError,),
        lambda data, names: custody_verifier.policy.is_met(custody_verifier.policy.read_policy(data), names),
    ),
]
both = pytest.mark.parametrize("reader", READERS, ids=lambda each: each.name)

TWO_LEVELS = (
    f"# whom we trust\n\n \t# a comment\nlog {LOG.vkey} https://log.example.org/\nlog\t{ML_DSA.vkey}\n"
    + witnesses(6)
    + "group  X 2 w0 w1 w2\ngroup Y any w3 w4\n group both all X Y \nquorum both\n"
)
GOOD: dict[str, tuple[str, list[tuple[set[str], bool]]]] = {
    "two levels": (
        TWO_LEVELS,
        [({"w0", "w2", "w4"}, True), ({"w0", "w4"}, False), ({"w0", "w1", "w2"}, False)],
    ),
    "none": ("quorum none\n", [(set(), True)]),
    "one": (witnesses(1) + "quorum w0\n", [({"w0"}, True), (set(), False), ({"w1"}, False)]),
    "quorum first used later": (witnesses(1) + "quorum w0\n" + f"log {LOG.vkey}\n", [({"w0"}, True)]),
    "a threshold of all": (
        witnesses(2) + "group g 2 w0 w1\nquorum g\n",
        [({"w0", "w1"}, True), ({"w1"}, False)],
    ),
    "a name outside ASCII": (f"witness свідок {vkey(1)}\nquorum свідок\n", []),
}
BAD = {
    "empty": "",
    "no quorum": witnesses(1),
    "two quorums": "quorum none\nquorum none\n",
    "quorum of nothing": "quorum w0\n",
    "quorum before its witness": "quorum w0\n" + witnesses(1),
    "no newline at the end": "quorum none",
    "carriage return": "quorum none\r\n",
    "a control character": "# \x01\nquorum none\n",
    "an unknown line": "trust everybody\nquorum none\n",
    "a witness called none": f"witness none {vkey(0)}\nquorum none\n",
    "a name twice": f"witness w {vkey(0)}\nwitness w {vkey(1)}\nquorum none\n",
    "a key twice": f"witness a {vkey(0)}\nwitness b {vkey(0)}\nquorum none\n",
    "a log twice": f"log {LOG.vkey}\nlog {LOG.vkey} url\nquorum none\n",
    "a log key as witness": f"witness w {LOG.vkey}\nquorum none\n",
    "a cosigner's Ed25519 key as log": f"log {vkey(0)}\nquorum none\n",
    "a group of nobody": "group g all\nquorum none\n",
    "a group of none": witnesses(1) + "group g any none\nquorum none\n",
    "a member twice": witnesses(1) + "group g all w0 w0\nquorum g\n",
    "a member of two groups": witnesses(2) + "group g all w0\ngroup h all w0 w1\nquorum h\n",
    "a group of itself": witnesses(1) + "group g any w0 g\nquorum g\n",
    "zero of": witnesses(1) + "group g 0 w0\nquorum g\n",
    "more than there are": witnesses(1) + "group g 2 w0\nquorum g\n",
    "leading zero": witnesses(1) + "group g 01 w0\nquorum g\n",
    "too many items": f"log {LOG.vkey} url more\nquorum none\n",
    "other white space": f"log\u00a0{LOG.vkey}\nquorum none\n",
}


@both
@pytest.mark.parametrize("name", GOOD)
def test_a_quorum_is_met_by_its_members(reader: Reader, name: str) -> None:
    """Each good policy is read, and each set of names is judged as the file says."""
    text, sets = GOOD[name]
    assert reader.is_met(text.encode(), {"all of no policy"}) == (name == "none")
    for names, expected in sets:
        assert expected == reader.is_met(text.encode(), names), names


@both
@pytest.mark.parametrize("name", BAD)
def test_a_bad_policy_is_refused(reader: Reader, name: str) -> None:
    """Each bad policy is refused as malformed."""
    with pytest.raises(reader.refusals):
        reader.is_met(BAD[name].encode(), set())


@given(st.data())
def test_both_judge_alike(data: st.DataObject) -> None:
    """Any set of witnesses is judged alike by both, for any threshold."""
    least, names = (
        data.draw(st.integers(1, 3)),
        data.draw(st.sets(st.sampled_from([f"w{n}" for n in range(6)]))),
    )
    text = TWO_LEVELS.replace("group  X 2", f"group X {least}").encode()
    expected = len(names & {"w0", "w1", "w2"}) >= least and bool(names & {"w3", "w4"})

    assert [expected, expected] == [reader.is_met(text, names) for reader in READERS]


@given(
    st.binary(max_size=80)
    | st.text("log witness group quorum none any all 0123456789 \t\n#", max_size=80).map(str.encode)
)
def test_readers_are_total(data: bytes) -> None:
    """Whatever the bytes, both read them or both refuse them, and nothing else happens."""
    found: list[bool | None] = []
    for reader in READERS:
        try:
            found.append(reader.is_met(data, set()))
        except reader.refusals:
            found.append(None)
    assert found[0] == found[1]
