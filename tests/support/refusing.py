"""An act that a ledger must refuse."""

from __future__ import annotations

import pytest

from custody.errors import CustodyError
from custody.ports import Submission
from tests.support.ledgers import Office


def refused(office: Office, submission: Submission, fault: type[CustodyError]) -> CustodyError:
    """Send an act that must be refused and show that nothing was recorded; return the refusal."""
    before = office.ledger.head()
    with pytest.raises(fault) as caught:
        office.append(submission)
    assert before == office.ledger.head()
    return caught.value
