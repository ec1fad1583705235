"""Access to a file: recorded by the service before the first byte leaves."""

from __future__ import annotations

from api.identity import Who
from api.services import Services
from custody.ports import Receipt
from custody.values import ExhibitId, FileId, StreamName


def record_download(
    services: Services, who: Who, exhibit: ExhibitId, file: FileId, purpose: str | None
) -> Receipt:
    """Record that a person is about to receive a file; returns once that is durable."""
    number = exhibit.partition("/")[2]
    return services.service.record(
        "access.recorded.v1",
        StreamName(f"access/{number}"),
        {"exhibit": exhibit, "person": who.person, "what": "download"},
        {"file": file, "purpose": purpose, "session": who.session},
    )
