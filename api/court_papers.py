"""The court papers of a deployment: with its court key, its authorities, and the records of its ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import structlog

from api.court.court_key import CERTIFICATES_FILE, KEY_FILE, CourtKey, load_court_key
from api.court.items import TokenFacts
from api.court.papers import Papers
from api.court.signing import sign_statement
from api.court.stamping import stamp_by
from api.services import Services
from api.settings import Settings
from custody.errors import Unavailable
from events.bundling.records import BundleRecords
from events.timestamping.anchors import Anchor
from events.timestamping.asking import SECONDS
from events.timestamping.tokens import read_token
from events.web import DirectWeb

FOLDER: Final = "court"  # below the data folder: where a key made for trying is kept
MOST: Final = (
    20_000  # entries of a bundle that goes with papers: nobody reads more pages, and memory is bounded
)

_log = structlog.get_logger("api.court_papers")


def court_key_files(settings: Settings) -> tuple[Path, Path]:
    """Return the files of the court key and of its certificates: those that are set, or those in the data folder."""
    folder = settings.data_dir / FOLDER
    return settings.court_key or folder / KEY_FILE, settings.court_certificates or folder / CERTIFICATES_FILE


def court_key(settings: Settings) -> CourtKey | None:
    """Return the court key; None where none is set or made. Raises Unavailable for one that is not good."""
    key, certificates = court_key_files(settings)
    if settings.court_key is None and not key.exists():
        return None
    return load_court_key(key, certificates)


def papers_for_zip(
    services: Services, records: BundleRecords, checkpoint: bytes, anchors: Sequence[Anchor]
) -> dict[str, bytes]:
    """Return the papers that go into a zip, by name; none for a bundle of more entries than anybody reads.

    Raises Unavailable for a court key that is not good: a statement never goes unsigned by mistake.
    """
    if len(records.indexes) > MOST:
        _log.warning("papers_left_out", bundle=records.bundle, entries=len(records.indexes))
        return {}
    key = court_key(services.settings)
    found = Papers(records, checkpoint, tuple(_tokens(anchors))).for_zip()
    if key is None:
        return found
    name = "data/statement.pdf"
    return found | {name: _signed(services, records.bundle, found[name], key)}


def _tokens(anchors: Sequence[Anchor]) -> Iterator[TokenFacts]:
    for each in anchors:
        for tsa, response in each.tokens:
            yield TokenFacts(each.size, tsa, read_token(response).time)


def _signed(services: Services, bundle: str, pdf: bytes, key: CourtKey) -> bytes:
    """Return the signed statement; without a token, and with a warning, where no authority gives one."""
    tsa = stamp_by(DirectWeb(SECONDS), services.time_stamps.stamping.authorities)
    if tsa is not None:
        try:
            return sign_statement(pdf, key, tsa)
        except Unavailable as fault:
            _log.warning("statement_not_stamped", bundle=bundle, cause=fault.message)
    return sign_statement(pdf, key)
