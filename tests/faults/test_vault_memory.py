"""Memory does not grow with the file: a sparse file far larger than the limit is stored and checked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.embedded import EmbeddedS3

MIB = 1 << 20
LIMIT = 300 * MIB

# Stores and checks one file, then prints the most memory it ever held, in bytes.
STORING = """
import hashlib, json, logging, os, sys, uuid
from pathlib import Path
import structlog
from custody.ports import FileDigests
from storage.locks import Retention
from storage.s3_client import Endpoint, connect
from storage.vault import S3Vault, VaultSettings
from storage.weed_config import Credentials
from storage.wrapping import FileMasterKey

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
given = json.loads(sys.argv[1])
sha256, sha512, block = hashlib.sha256(), hashlib.sha512(), bytes(1 << 20)
for _ in range(given["size"] >> 20):
    sha256.update(block); sha512.update(block)
declared = FileDigests(size=given["size"], sha256=sha256.hexdigest(), sha512=sha512.hexdigest())
endpoint = Endpoint(url=given["url"], credentials=Credentials(given["access"], given["secret"]))
settings = VaultSettings(bucket="evidence", keys_bucket="evidence-keys", retention=Retention(days=1))
vault = S3Vault(connect(endpoint), settings, FileMasterKey(os.urandom(32)))
name = str(uuid.uuid4())
stored = vault.store(Path(given["path"]), file=name, exhibit="exhibit/" + name, ledger="a" * 64, declared=declared)
read = sum(len(piece) for piece in vault.open(stored, 5, 200 << 20))
outcome = vault.check(stored).outcome
# Not ru_maxrss, which begins with what the process that started this one held.
(most,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps([outcome, read, int(most) * 1024]))
"""


@pytest.mark.s3
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_large_file_in_little_memory(embedded_store: EmbeddedS3, tmp_path: Path) -> None:
    """A file of CUSTODY_TEST_LARGE_MIB MiB (1 GiB unless said) is stored in under 300 MiB resident."""
    size = int(os.environ.get("CUSTODY_TEST_LARGE_MIB", "1024")) * MIB
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(size)
    given = {
        "path": str(path),
        "size": size,
        "url": embedded_store.endpoint.url,
        "access": embedded_store.credentials.access_key,
        "secret": embedded_store.credentials.secret_key,
    }

    done = subprocess.run(
        [sys.executable, "-c", STORING, json.dumps(given)],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
    )

    outcome, read, most = json.loads(done.stdout)
    assert ("match", (200 << 20) - 5) == (outcome, read)
    assert most < LIMIT
