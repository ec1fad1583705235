"""The embedded store of a running server, with its administrator's rights: what nobody has who comes by HTTP."""

from pathlib import Path

from storage import weed_config
from storage.embedded import EVIDENCE_BUCKET, KEYS_BUCKET
from storage.s3_client import Endpoint


def admin_of(data_dir: Path) -> Endpoint:
    """Return where the store of a server's data folder listens, and its administrator's credentials."""
    security = data_dir / "store" / "security"
    pid = (security / "weed.pid").read_text()
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    (port,) = (word.partition("=")[2] for word in words if word.startswith("-s3.port="))
    identities = weed_config.prepare(security, EVIDENCE_BUCKET, KEYS_BUCKET)
    return Endpoint(url=f"http://127.0.0.1:{port}", credentials=identities.admin)
