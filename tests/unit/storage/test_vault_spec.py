"""The worked example of docs/spec/vault-v1.md, recomputed."""

import hashlib
import io
import json
import re
from pathlib import Path

from storage import streaming
from storage.naming import FileNames
from storage.streaming import FIRST, REST, Segments
from storage.wrapping import FileMasterKey

PAGE = (Path(__file__).parents[3] / "docs/spec/vault-v1.md").read_text(encoding="utf-8")
EXAMPLE = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
NAMES = FileNames(**EXAMPLE["names"])
KEY = bytes.fromhex(EXAMPLE["data_key"])


def stored(plain: bytes) -> bytes:
    """Return the stored bytes of a file with the salt and the prefix of the page."""
    header = b"\x28" + bytes.fromhex(EXAMPLE["salt"] + EXAMPLE["prefix"])
    segments = Segments(header, KEY, NAMES.associated_data())
    sealed = [
        segments.seal(index, block, last=last)
        for index, block, last in streaming.blocks(io.BytesIO(plain), FIRST, REST)
    ]
    return header + b"".join(sealed)


def test_the_stored_bytes_are_those_of_the_page() -> None:
    """A small file gives the page's bytes, and the page's bytes give the file."""
    plain = bytes.fromhex(EXAMPLE["plain"])
    page = bytes.fromhex(EXAMPLE["stored"])

    assert page == stored(plain)
    assert plain == b"".join(streaming.decrypting(io.BytesIO(page), KEY, NAMES.associated_data()))


def test_a_file_of_several_segments_has_the_digest_of_the_page() -> None:
    """Two million zeros give the size and digest that the page states."""
    found = stored(bytes(2_000_000))

    assert EXAMPLE["zeros_stored_size"] == len(found)
    assert EXAMPLE["zeros_stored_sha256"] == hashlib.sha256(found).hexdigest()


def test_the_wrapped_key_is_that_of_the_page() -> None:
    """The page's wrapping opens under the page's master key, whose id is the page's."""
    master = FileMasterKey(bytes.fromhex(EXAMPLE["master_key"]))

    assert EXAMPLE["key_id"] == master.key_id
    assert KEY == master.unwrap(bytes.fromhex(EXAMPLE["wrapped_with_zero_nonce"]), NAMES.key_context())
