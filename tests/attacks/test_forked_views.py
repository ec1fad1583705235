"""An operator with the real log key shows two histories: two witnesses see it, and what they hold names the fork."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from custody.errors import ForkSeen, NotProven, WritesRefused
from custody.values import from_base64, to_base64
from custody_verifier.errors import Failed
from custody_verifier.merkle import check_consistency
from custody_verifier.policy import Policy, judge, read_policy
from events.opening import open_database
from events.policy import parse_policy
from events.proofs import verify_consistency
from events.receipt import parse_receipt
from events.web import DirectWeb
from tests.support import ledgers, publishing
from tests.support.ledgers import Office
from tests.support.publishing import LOG_KEYS, Press
from tests.support.witnesses import Running, running

COMMON, FORK = 6, 10


@dataclass
class Scene:
    """Two histories that part after six entries, both signed by the real log key, and two witnesses."""

    honest: Press
    forged: Press
    left: Running
    right: Running

    @property
    def policy(self) -> str:
        """What a reader trusts: the log, and both witnesses."""
        log = "".join(f"log {vkey}\n" for vkey in LOG_KEYS.vkeys)
        return f"{log}{self.left.line()}{self.right.line()}group g all left right\nquorum g\n"

    def only(self, press: Press, *witnesses: Running) -> Press:
        """Return the press with a policy in which only some witnesses are asked."""
        names = " ".join(each.name for each in witnesses)
        lines = "".join(each.line() for each in witnesses)
        text = f"log {LOG_KEYS.vkeys[0]}\n{lines}group g all {names}\nquorum g\n"
        return replace(press, policy=parse_policy(text.encode()), places=publishing.memory())

    def shown(self, witness: Running) -> bytes:
        """Return what a witness shows to anybody who asks."""
        held = self.honest.publisher.witnessing.held(
            parse_policy(self.policy.encode()).witnesses[0 if witness is self.left else 1], LOG_KEYS.origin
        )
        assert held is not None
        return held


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Fork a ledger: the operator keeps a copy of the database and goes on differently in it."""
    honest = publishing.open_press(open_database(tmp_path / "honest.sqlite"), COMMON)
    honest.office.ledger.database.close()
    shutil.copy(tmp_path / "honest.sqlite", tmp_path / "forged.sqlite")
    presses = [
        Press(Office.open(open_database(tmp_path / f"{name}.sqlite"))) for name in ("honest", "forged")
    ]
    presses[0].grow(FORK)
    for number in range(FORK - COMMON):
        presses[1].office.receive(f"planted {number}", case=ledgers.CASE)
    assert presses[0].office.ledger.head().root != presses[1].office.ledger.head().root
    with ExitStack() as stack:
        left, right = (
            stack.enter_context(running(tmp_path, name, LOG_KEYS.vkeys)) for name in ("left", "right")
        )
        yield Scene(presses[0], presses[1], left, right)


def test_two_views_are_a_proof(scene: Scene) -> None:
    """Each witness cosigned another history of one size: the two notes together convict the holder of the log key."""
    scene.only(scene.honest, scene.left).publisher.run_once()
    scene.only(scene.forged, scene.right).publisher.run_once()

    policy: Policy = read_policy(scene.policy.encode())
    views = [judge(policy, scene.shown(witness)) for witness in (scene.left, scene.right)]

    assert [("left",), ("right",)] == [tuple(view.cosigned) for view in views]
    assert [FORK, FORK] == [view.checkpoint.size for view in views]
    assert [False, False] == [view.met for view in views]  # neither view has the quorum of both
    one, two = (view.checkpoint.root for view in views)
    with pytest.raises(Failed):
        check_consistency(FORK, one, FORK, two, [])
    with pytest.raises(NotProven):
        verify_consistency(FORK, one, FORK, two, [])


@pytest.mark.parametrize("size", [FORK, FORK + 3])
def test_the_second_witness_cannot_be_won(scene: Scene, size: int) -> None:
    """A witness that saw one history gives no line for the other, and publishing that one names both and stops."""
    scene.only(scene.honest, scene.left).publisher.run_once()
    for number in range(size - FORK):
        scene.forged.office.receive(f"more {number}", case=ledgers.CASE)
    forger = scene.only(scene.forged, scene.left, scene.right)

    with pytest.raises(ForkSeen) as caught:
        forger.publisher.run_once()

    ours, theirs = (to_base64(_root(press)) for press in (scene.forged, scene.honest))
    assert (FORK, ours) == (caught.value.facts["size"], caught.value.facts["ours"])
    assert f"{theirs}, held by the witness left" == caught.value.facts["theirs"]
    assert [] == list(forger.log.names("checkpoint"))
    assert scene.forged.office.ledger.refusal is not None
    tree = scene.left.state.tree(LOG_KEYS.origin)
    assert tree is not None
    assert to_base64(tree.root) == theirs


def test_the_bucket_shows_the_fork_too(scene: Scene) -> None:
    """Without any witness: what was published before is never overwritten by another history."""
    honest = replace(scene.honest, places=publishing.memory())
    honest.publisher.run_once()
    forger = replace(scene.forged, places=honest.places)

    with pytest.raises(ForkSeen, match="held by the published log"):
        forger.publisher.run_once()
    with pytest.raises(ForkSeen):
        forger.start_check().run()
    with pytest.raises(WritesRefused):
        scene.forged.office.receive("another", case=ledgers.CASE)


def test_the_start_check_names_the_witness(scene: Scene) -> None:
    """A service that starts on the forged database, with an empty bucket, is stopped by what a witness holds."""
    scene.only(scene.honest, scene.left).publisher.run_once()

    with pytest.raises(ForkSeen, match="held by the witness left"):
        scene.only(scene.forged, scene.left).start_check().run()
    assert scene.forged.office.ledger.refusal is not None


def test_a_receipt_of_the_other_history_is_not_witnessed(scene: Scene) -> None:
    """A planted entry has a receipt that the log key signed, and no quorum will ever stand behind it."""
    scene.only(scene.honest, scene.left).publisher.run_once()
    planted = scene.forged.office.ledger.receipt(FORK - 1)
    receipt = parse_receipt(planted.proof)
    receipt.verify(planted.entry, LOG_KEYS.ed25519.verifier)  # signed it is

    backing = judge(read_policy(scene.policy.encode()), receipt.checkpoint)

    assert (False, ("left", "right")) == (backing.met, backing.missing)
    assert "2 of (left, right)" == backing.quorum


def test_a_stolen_line_does_not_fit(scene: Scene) -> None:
    """The witness's line of the honest tree, pasted under the forged one, is a failure, not a missing line."""
    scene.only(scene.honest, scene.left).publisher.run_once()
    line = scene.shown(scene.left).rsplit(b"\n\n", 1)[1].split(b"\n")[-3] + b"\n"
    assert b"witness.example.org/left" in line
    note = scene.forged.office.ledger.checkpoint(FORK) + line

    with pytest.raises(Failed, match="left does not fit"):
        judge(read_policy(scene.policy.encode()), note)
    with pytest.raises(NotProven, match="left does not fit"):
        parse_policy(scene.policy.encode()).judge(note)


def test_the_witness_speaks_the_protocol_of_others(scene: Scene) -> None:
    """Anybody can fetch what a witness holds, with the plain web."""
    scene.only(scene.honest, scene.left).publisher.run_once()
    assert 200 == DirectWeb(20).get(f"{scene.left.url}/{_origin_name()}/checkpoint").status
    assert 404 == DirectWeb(20).get(f"{scene.right.url}/{_origin_name()}/checkpoint").status


def _origin_name() -> str:
    from hashlib import sha256  # noqa: PLC0415 - for a name only

    return sha256(LOG_KEYS.origin.encode()).hexdigest()


def _root(press: Press) -> bytes:
    """Return the root of the size at which the histories are compared."""
    return from_base64(press.office.ledger.checkpoint(FORK).split(b"\n")[2].decode(), "root")
