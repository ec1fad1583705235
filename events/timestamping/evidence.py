"""Evidence records: a token with the renewals that keep it good for decades, as RFC 4998 writes them (log-v1 9.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from asn1crypto import algos, cms, core

from custody.errors import Malformed, NotProven
from events.timestamping.checking import check_token, ends
from events.timestamping.hash_tree import Lists, root_of
from events.timestamping.roots import Root
from events.timestamping.tokens import Token, read_token

MAX_RECORD: Final = 4 << 20  # bytes
_GRANTED: Final = bytes.fromhex(
    "3003020100"
)  # PKIStatusInfo of status 0: what a response has before its token
_SHA256: Final = {"algorithm": "sha256"}  # the library writes the parameters NULL


class PartialHashtree(core.SequenceOf):  # type: ignore[misc] # the library has no types
    """RFC 4998, 4.1."""

    _child_spec = core.OctetString


class ReducedHashtree(core.SequenceOf):  # type: ignore[misc]
    """RFC 4998, 4.1."""

    _child_spec = PartialHashtree


class ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]
    """RFC 4998, 4.1; attributes are not written, and not taken."""

    _fields = [  # noqa: RUF012 - as the library wants it
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("reduced_hashtree", ReducedHashtree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class Chain(core.SequenceOf):  # type: ignore[misc]
    """ArchiveTimeStampChain."""

    _child_spec = ArchiveTimeStamp


class Chains(core.SequenceOf):  # type: ignore[misc]
    """ArchiveTimeStampSequence."""

    _child_spec = Chain


class DigestAlgorithms(core.SequenceOf):  # type: ignore[misc]
    """The digest algorithms of a record."""

    _child_spec = algos.DigestAlgorithm


class EvidenceRecord(core.Sequence):  # type: ignore[misc]
    """RFC 4998, 3.1, without cryptoInfos and encryptionInfo."""

    _fields = [  # noqa: RUF012 - as the library wants it
        ("version", core.Integer),
        ("digest_algorithms", DigestAlgorithms),
        ("archive_time_stamp_sequence", Chains),
    ]


@dataclass(frozen=True, slots=True)
class Link:
    """One time-stamp of a chain: its ContentInfo in DER, and the lists that lead to its imprint."""

    content: bytes
    lists: Lists = ()


def write_record(links: Iterable[Link]) -> bytes:
    """Return the DER of an evidence record of one chain."""
    chain = [
        {
            "digest_algorithm": _SHA256,
            **({"reduced_hashtree": [list(each) for each in link.lists]} if link.lists else {}),
            "time_stamp": cms.ContentInfo.load(link.content),
        }
        for link in links
    ]
    record = {
        "version": 1,
        "digest_algorithms": [_SHA256],
        "archive_time_stamp_sequence": [chain],
    }
    data: bytes = EvidenceRecord(record).dump()
    return data


def read_record(data: bytes) -> tuple[Link, ...]:
    """Return the links of an evidence record, exactly as `write_record` writes it. Raises Malformed."""
    if len(data) > MAX_RECORD:
        raise Malformed("evidence record", f"is over {MAX_RECORD} bytes")
    try:
        record = EvidenceRecord.load(data, strict=True)
        (chain,) = record["archive_time_stamp_sequence"]
        links = tuple(
            Link(each["time_stamp"].dump(), _lists(each["reduced_hashtree"].native or ())) for each in chain
        )
        is_ours = bool(links) and write_record(links) == data
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as fault:
        raise Malformed("evidence record", str(fault).partition("\n")[0][:200]) from fault
    if not is_ours:
        raise Malformed("evidence record", "is not one that this format writes")
    return links


def verify_record(data: bytes, text: bytes, roots: tuple[Root, ...]) -> list[datetime]:
    """Return the times of a record over a text, the first first.

    Raises Malformed, and NotProven when a time-stamp is not good, not over what it must be over, or came when the
    one before it was no longer good.
    """
    expected, times, until = sha256(text).digest(), list[datetime](), None
    for link in read_record(data):
        token = token_of_content(link.content)
        check_token(token, root_of(expected, link.lists), roots)
        if times and (token.time < times[-1] or (until is not None and token.time > until)):
            raise NotProven("a renewal came when the time-stamp before it was no longer good, or before it")
        times.append(token.time)
        expected, until = token.leaf, ends(token, roots)
    return times


def token_of_content(content: bytes) -> Token:
    """Return the token of a ContentInfo. Raises Malformed, NotProven."""
    return read_token(_sequence(_GRANTED + content))


def _sequence(content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([0x30, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([0x30, 0x80 | size]) + length.to_bytes(size, "big") + content


def _lists(native: Sequence[Sequence[bytes]]) -> Lists:
    return tuple(tuple(each) for each in native)
