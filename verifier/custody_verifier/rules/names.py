"""Names of rules: the clause of each, and what it says (docs/reference/rules.md)."""

from __future__ import annotations

from custody_verifier.errors import VerifierError

RULES: dict[str, tuple[str, str]] = {
    "act.nothing-seen": ("entry-v1 8", "The act names no checkpoint that its signer has seen."),
    "act.other-ledger": ("entry-v1 4", "The act was signed for another ledger."),
    "act.unknown-type": ("acts-v1 1", "This type of act is not in the catalogue."),
    "act.wrong-stream": ("acts-v1 1", "This type belongs to another kind of stream."),
    "actor.deactivated": ("acts-v1 9", "The person is deactivated and may not act."),
    "actor.unknown": ("acts-v1 9", "Nobody enrolled this person."),
    "bundle.at": ("bundle-v1 8", "The sealing speaks of a tree that is not between the request and itself."),
    "bundle.issue": ("bundle-v1 8", "There is no such issue of this bundle."),
    "bundle.request": (
        "bundle-v1 8",
        "The sealing does not directly follow its request, or names another one.",
    ),
    "bundle.scope": ("bundle-v1 8", "A bundle is of a whole case, or of 1 to 1,000 exhibits."),
    "bundle.sealing": ("bundle-v1 8", "The issue names another sealing than that of its stream."),
    "case.closed": ("acts-v1 5", "The case is closed."),
    "case.last-officer": ("acts-v1 5", "The last officer of an open case stays."),
    "case.member-known": ("acts-v1 5", "The person has this role in the case already."),
    "case.member-unknown": ("acts-v1 5", "The person does not have this role in the case."),
    "case.not-closed": ("acts-v1 5", "The case is not closed."),
    "case.unknown": ("acts-v1 5", "There is no such case."),
    "clock.ahead": ("entry-v1 9", "The act is claimed to be more than 5 minutes in the future."),
    "clock.correction": ("acts-v1 3", "A correction of the clock names the time of the newest entry."),
    "continuity.before-collection": (
        "continuity-v1 2",
        "The act is claimed to be earlier than the collection.",
    ),
    "continuity.custodian": ("continuity-v1 2", "Only the custodian, who is answerable now, may do this."),
    "continuity.order": ("continuity-v1 2", "The act is claimed to be earlier than the act before it."),
    "continuity.same-person": ("continuity-v1 2", "Who releases and who receives are two persons."),
    "exhibit.act-unknown": ("acts-v1 6", "There is no such intake, amendment or move of this exhibit."),
    "exhibit.already-in-error": ("acts-v1 6", "The act is marked already."),
    "exhibit.duplicate": (
        "acts-v1 6",
        "A duplicate names another exhibit that exists, and marks the intake.",
    ),
    "exhibit.file-count": ("acts-v1 6", "A digital exhibit has 1 to 250 files, a physical one none."),
    "exhibit.file-unknown": ("acts-v1 6", "The exhibit has no such file."),
    "exhibit.from-case": ("acts-v1 6", "The exhibit is not in the case named as its present one."),
    "exhibit.in-error": ("acts-v1 6", "The exhibit is marked as recorded in error."),
    "exhibit.other-kind": ("acts-v1 6", "This member belongs to exhibits of the other kind."),
    "exhibit.same-case": ("acts-v1 6", "The exhibit is in that case already."),
    "exhibit.unknown": ("continuity-v1 2", "There is no such exhibit: each exhibit begins with an intake."),
    "key.already-ended": ("acts-v1 4", "The key was revoked before."),
    "key.ended": ("acts-v1 9", "The key was revoked."),
    "key.known": ("acts-v1 4", "The key is known already."),
    "key.last": (
        "acts-v1 4",
        "An administrator's last good key for acts is revoked by another administrator, or after a new one.",
    ),
    "key.not-awaiting": (
        "acts-v1 4",
        "The key does not wait for confirmation, or is not the key that signs.",
    ),
    "key.not-for-acts": ("entry-v1 7", "The key is for sessions, not for acts."),
    "key.not-theirs": ("acts-v1 4", "The person has no such key."),
    "key.proof": ("acts-v1 4", "A session key comes with proof of possession, a key for acts without."),
    "key.unconfirmed": ("acts-v1 9", "The person has not confirmed this key yet."),
    "key.unknown": ("acts-v1 9", "The key is not one of this person's keys."),
    "key.weak": ("entry-v1 7", "The key is weak: a signature under it binds nobody."),
    "ledger.founded-once": ("acts-v1 3", "A ledger is founded once, by its first entry."),
    "ledger.founder-apart": (
        "acts-v1 3",
        "The founder and the service are two persons with keys of their own.",
    ),
    "ledger.founder-signs": ("acts-v1 3", "The founding is signed by the founder's key that it carries."),
    "ledger.log-name": ("acts-v1 3", "A log key bears the origin as its name."),
    "outcome.worst": ("acts-v1 2", "The outcome as a whole is the worst of the files' outcomes."),
    "person.already-active": ("acts-v1 4", "The person is active."),
    "person.already-enrolled": ("acts-v1 4", "The person is enrolled already."),
    "person.already-inactive": ("acts-v1 4", "The person is deactivated already."),
    "person.inactive": ("acts-v1 5", "That person is deactivated."),
    "person.not-oneself": ("acts-v1 4", "Nobody may do this for themself."),
    "person.oneself-or-administrator": ("acts-v1 4", "Only the person or an administrator may do this."),
    "person.only-oneself": ("acts-v1 4", "Only the person may do this."),
    "person.unknown": ("acts-v1 4", "Nobody enrolled that person."),
    "recovery.already-approved": ("acts-v1 4", "The proposal was approved before."),
    "recovery.second-administrator": (
        "acts-v1 4",
        "A second administrator approves, not the one who proposed.",
    ),
    "recovery.unknown": ("acts-v1 4", "There is no such proposal for this person."),
    "role.administrator": ("acts-v1 9", "Only an administrator may do this."),
    "role.administrator-excluded": ("acts-v1 9", "An administrator may not handle evidence."),
    "role.already-held": ("acts-v1 4", "The person has this role already."),
    "role.in-case": ("acts-v1 9", "The person does not have the role in this case that the act needs."),
    "role.not-held": ("acts-v1 4", "The person does not have this role."),
    "role.officer": ("acts-v1 9", "Only a person with the ledger-wide role officer may do this."),
    "role.service": ("acts-v1 8", "The service holds no other role."),
    "service.only": ("acts-v1 8", "Only the service may sign this type."),
    "service.own-types": ("acts-v1 8", "The service signs only the types that are its own."),
    "service.stream": ("acts-v1 8", "The stream does not carry the exhibit's own number."),
    "stream.begun": ("acts-v1 1", "The stream has begun already."),
    "transfer.addressee": ("continuity-v1 2", "Only the person to whom it was offered may answer."),
    "transfer.already-offered": ("continuity-v1 2", "An earlier offer still waits for an answer."),
    "transfer.not-open": ("continuity-v1 2", "This offer is not open."),
    "transfer.offerer": ("continuity-v1 2", "Only the person who offered may withdraw."),
    "transfer.receiver": (
        "continuity-v1 2",
        "The receiver may not hold this exhibit: inactive, unconfirmed, administrator, or without a role in the case.",
    ),
    "transfer.rehash": (
        "continuity-v1 2",
        "A digital exhibit is accepted with an outcome for each of its files, and a physical one with none.",
    ),
}


class Broken(VerifierError):
    """An act breaks the rule `code`."""

    def __init__(self, code: str) -> None:
        super().__init__(RULES[code][1])
        self.code = code
