"""The data key of a stored file, out of its wrapping (docs/spec/vault-v1.md, section 3)."""

from __future__ import annotations

from custody.errors import NotFound, Unavailable
from custody.ports import MasterKey, StoredFile
from storage.naming import FileNames


def data_key(master: MasterKey, stored: StoredFile) -> bytes:
    """Return the data key of a file.

    Raises NotFound (destroyed), Unavailable (another master key wrapped it), ContentAltered.
    """
    if not stored.wrapped_key:
        raise NotFound("data key of file", stored.file)
    if stored.key_id != master.key_id:
        raise Unavailable("master key", f"the file needs {stored.key_id}")
    return master.unwrap(stored.wrapped_key, FileNames.of(stored).key_context())
