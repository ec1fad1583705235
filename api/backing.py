"""What other parties stand behind: a grade, and the witnesses of the policy, as replies and verdicts tell them."""

from __future__ import annotations

from custody import values
from custody.canonical import Json
from custody.ports import Receipt
from events.policy import Backing, Policy
from events.publishing.receipts import Upgraded


def unbacked(policy: Policy) -> dict[str, Json] | None:
    """Return what is told of a checkpoint that has not left the service yet: nobody was asked to cosign it."""
    if not policy.witnesses:
        return None
    names: list[Json] = [*sorted(each.name for each in policy.witnesses)]
    return {"asked": policy.asks(), "counted": [], "missing": names, "not_judged": []}


def backed(policy: Policy, backing: Backing | None) -> dict[str, Json] | None:
    """Return the member `witnesses` (verdict-v1 section 7); None when the service has no witness policy."""
    if backing is None or not policy.witnesses:
        return unbacked(policy)
    counted: list[Json] = [*sorted(backing.cosigned)]
    missing: list[Json] = [*sorted(backing.missing)]
    return {"asked": backing.asked, "counted": counted, "missing": missing, "not_judged": []}


def receipt_of(receipt: Receipt) -> dict[str, Json]:
    """Return the members of one receipt."""
    return {
        "index": receipt.index,
        "entry": values.to_base64(receipt.entry),
        "proof": receipt.proof.decode(),
    }


def signed_of(policy: Policy) -> dict[str, Json]:
    """Return the members that say how far a receipt reaches which the log has just signed."""
    return {"grade": "signed", "witnesses": unbacked(policy)}


def upgraded_of(policy: Policy, upgraded: Upgraded) -> dict[str, Json]:
    """Return the members of a better receipt; `time_stamps` are tokens over its checkpoint's text."""
    told: dict[str, Json] = {"grade": upgraded.grade.value, "witnesses": backed(policy, upgraded.backing)}
    if upgraded.tokens:
        told["time_stamps"] = [
            {"tsa": name, "response": values.to_base64(response)} for name, response in upgraded.tokens
        ]
    return receipt_of(upgraded.receipt) | told
