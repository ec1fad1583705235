"""Access to files, one or a bundle of them: recorded by the service before the first byte leaves."""

from __future__ import annotations

from collections.abc import Iterable

from api.identity import Who
from api.service import OwnAct
from api.services import Services
from custody.errors import RuleBroken
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


def record_export(
    services: Services, who: Who, exhibits: Iterable[ExhibitId], purpose: str | None
) -> list[Receipt]:
    """Record that a person is about to receive a bundle of some exhibits; returns once that is durable.

    Raises RuleBroken where there is none: nobody receives what cannot be put on record.
    """
    exhibits = list(exhibits)
    if not exhibits:
        raise RuleBroken("bundle.empty", "there is no exhibit under which the export could be recorded")
    return services.service.record_each(
        [
            OwnAct(
                "access.recorded.v1",
                StreamName(f"access/{each.partition('/')[2]}"),
                {"exhibit": each, "person": who.person, "what": "export"},
                {"file": None, "purpose": purpose, "session": who.session},
            )
            for each in exhibits
        ]
    )
