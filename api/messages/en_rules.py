"""What the rules of the doors say in English; those on acts are in `custody.rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody.rules import RULES as ACT_RULES

OWN: Final[Mapping[str, str]] = {
    "session.other-person": "An act is another person's than the one who is signed in.",
    "session.unconfirmed": "Confirm your key first: until then nothing else is open to you.",
    "session.newcomer": "Without a session only a key's confirmation may be sent.",
    "role.auditor-no-content": "Auditors see all history and all values, and no file.",
    "role.ledger-readers": "The whole ledger is for auditors and administrators.",
    "role.log-readers": "The entries of the published log are for auditors.",
    "role.depositors": "Files are deposited by officers and custodians of an open case.",
    "role.bundle-holders": "Bundles go to officers and prosecutors of every case of which they hold values.",
    "founding.token": "This is not the founding token.",
    "founding.log": "The origin and the log key are not those of this server.",
    "founding.only": "Only the founding act is taken here.",
    "bundle.empty": (
        "This case has no exhibits. There is nothing to hand over, and no export could be put on record: "
        "that is done for each exhibit."
    ),
    "bundle.under-way": (
        "Somebody else is having this bundle made at the moment. Ask again when that has ended: "
        "you are given the same zip, and nothing is made twice."
    ),
    "bundle.one-at-a-time": (
        "You are having another bundle made at the moment; each person has one made at a time. "
        "Ask again when that has ended."
    ),
    "bundle.zips": (
        "This bundle was made {most} times; no more zips of it are kept. Fetch one of them, or request a new bundle."
    ),
    "bundle.heads": "The sealing is not what the entries below it give.",
    "receipt.not-published": "This entry is not in a published checkpoint yet. Ask again in a minute.",
    "receipt.no-witnesses": "This ledger asks no witness to cosign, so no receipt of it is witnessed.",
    "receipt.not-witnessed": "The witnesses that the quorum asks for have not all cosigned yet. Ask again later.",
    "receipt.no-tsa": "This ledger asks no time-stamping authority, so no receipt of it is time-stamped.",
    "receipt.not-time-stamped": "No time-stamping authority has covered this entry yet. Ask again later.",
    "file.not-stored": "The files of an intake are stored and compared first; these are not those that were.",
}

# Where a fact helps to do it right, it is told; times that may be shown are, what others typed is not.
_WITH_FACTS: Final[Mapping[str, str]] = {
    "continuity.order": "Acts on an exhibit follow one another in time: the earliest time is {earliest}.",
    "continuity.before-collection": "Nothing can happen before the collection: the earliest time is {earliest}.",
    "bundle.withheld": "No record of this bundle has a member of this name, so nothing would be withheld: {names}.",
}

RULES: Final[Mapping[str, str]] = {
    **{name: rule.english for name, rule in ACT_RULES.items()},
    **OWN,
    **_WITH_FACTS,
}
