"""Our stored files and Google's Tink read each other: evidence stays readable without us."""

import io

import pytest
import tink
from hypothesis import given, settings
from hypothesis import strategies as st
from tink import cleartext_keyset_handle, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from storage import streaming
from storage.streaming import FIRST, REST

KEY = bytes(range(32))
BOUND = b"custody-stored-file/1\n{}"
sizes = st.one_of(
    st.integers(0, 70_000),
    st.sampled_from([FIRST - 1, FIRST, FIRST + 1, FIRST + REST, FIRST + REST + 1, 5_000_003]),
)


@pytest.fixture(scope="module")
def foreign() -> streaming_aead.StreamingAead:
    """Return Tink's primitive for our key, template AES256_GCM_HKDF_1MB."""
    streaming_aead.register()
    parameters = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=1 << 20, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(params=parameters, key_value=KEY)
    data = tink_pb2.KeyData(
        type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
        value=key.SerializeToString(),
        key_material_type=tink_pb2.KeyData.SYMMETRIC,
    )
    entry = tink_pb2.Keyset.Key(
        key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW
    )
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[entry])
    handle = cleartext_keyset_handle.read(tink.BinaryKeysetReader(keyset.SerializeToString()))
    return handle.primitive(streaming_aead.StreamingAead)


class Kept(io.BytesIO):
    """Keeps its bytes when Tink closes it."""

    def close(self) -> None:
        """Remember what was written."""
        self.kept = self.getvalue()
        super().close()


@given(sizes)
@settings(max_examples=30)
def test_tink_reads_what_we_store(foreign: streaming_aead.StreamingAead, size: int) -> None:
    """Tink decrypts our bytes to the same plain bytes."""
    plain = bytes(i * 7 % 251 for i in range(997)) * (size // 997 + 1)
    stored = b"".join(streaming.encrypting(io.BytesIO(plain[:size]), KEY, BOUND))

    with foreign.new_decrypting_stream(io.BytesIO(stored), BOUND) as source:
        found = source.read()

    assert plain[:size] == found


@given(sizes)
@settings(max_examples=30)
def test_we_read_what_tink_stores(foreign: streaming_aead.StreamingAead, size: int) -> None:
    """We decrypt Tink's bytes, which are as many as ours, to the same plain bytes."""
    plain = bytes(i * 7 % 251 for i in range(997)) * (size // 997 + 1)
    target = Kept()
    with foreign.new_encrypting_stream(target, BOUND) as writer:
        writer.write(plain[:size])

    found = b"".join(streaming.decrypting(io.BytesIO(target.kept), KEY, BOUND))

    assert plain[:size] == found
    assert streaming.stored_size(size) == len(target.kept)
