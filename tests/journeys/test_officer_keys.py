"""The officer's keys through their life: backed up, restored, added, revoked, lost and recovered."""

import json
import stat
from pathlib import Path

import pytest

from tests.support.office import Office, enrol

pytestmark = [pytest.mark.s3, pytest.mark.slow]


def test_a_backup_brings_the_keys_to_another_machine(office: Office, tmp_path: Path) -> None:
    """The file is private and its keys are encrypted; restored elsewhere, the person acts again."""
    person = office.newcomer_officer()
    person.run("key", "backup", tmp_path / "backup.json")
    elsewhere = office.newcomer(f"{person.home.name}-elsewhere")
    elsewhere.run("key", "restore", tmp_path / "backup.json")
    content = json.loads((tmp_path / "backup.json").read_text())

    assert stat.S_IMODE((tmp_path / "backup.json").stat().st_mode) == 0o600
    assert all("ENCRYPTED" in pem for pem in content["keys"].values())
    elsewhere.run("case", "open", f"BACK-{office.officer.size()}", "--title", "x")
    assert person.ask("key", "restore", tmp_path / "backup.json").status == 5


@pytest.mark.parametrize("use", ["act", "session"])
def test_a_further_key_takes_the_place_of_the_old(office: Office, use: str) -> None:
    """Made, added and proved by the person; the old one can then be revoked, and the new one works."""
    person = office.newcomer_officer()
    before = {key["use"]: key["fingerprint"] for key in person.run("key", "show").of("key")}
    made = person.run("key", "new", "--use", use).one("key")["fingerprint"]
    person.run("key", "add", made)
    in_use = {
        key["use"]: key["fingerprint"]
        for key in person.run("key", "show").of("key")
        if key["state"] == "in-use"
    }
    person.run("key", "revoke", before[use], "--reason", "новий ключ")

    assert in_use[use] == made
    person.run("case", "open", f"KEY-{office.officer.size()}", "--title", "x")
    person.run("signin")


def test_a_revoked_key_signs_nothing(office: Office) -> None:
    """The administrator revokes; the person is refused from the next act on."""
    person = office.newcomer_officer()
    key = next(each for each in person.run("key", "show").of("key") if each["use"] == "act")["fingerprint"]
    revoke = ("key", "revoke", key, "--person", person.person, "--reason", "втрачено")
    office.administrator.run(*revoke)

    assert person.ask("case", "open", f"REV-{office.officer.size()}", "--title", "x").status in {2, 4}


def test_lost_keys_are_replaced_by_two_administrators(office: Office, tmp_path: Path) -> None:
    """One proposes, another approves, the person confirms; one alone cannot."""
    other = office.newcomer(f"administrator-{next(office.numbers)}")
    enrol(other, office.administrator, "administrator")
    person = office.newcomer_officer()
    again = office.newcomer(f"{person.home.name}-again")
    file = tmp_path / "request.json"
    request = ("enrol", "request", "--name", person.name, "--person", person.person, "-o", file)
    read_aloud = ("--fingerprint", again.run(*request).one("request")["fingerprint"])

    propose = ("recover", "propose", file, "--method", "паспорт", "--reason", "ноутбук украдено")
    office.administrator.run(*propose, *read_aloud)
    assert office.administrator.ask("recover", "approve", person.person, *read_aloud).status == 2
    assert again.ask("signin").status == 4
    other.run("recover", "approve", person.person, *read_aloud)
    again.run("enrol", "confirm")
    again.run("case", "open", f"LOST-{office.officer.size()}", "--title", "x")


def test_people_come_and_go(office: Office) -> None:
    """Roles are granted and withdrawn, names change, a person is deactivated; all by an administrator, with reasons."""
    person = office.newcomer(f"person-{next(office.numbers)}")
    enrol(person, office.administrator)
    administrator, who = office.administrator, person.person
    administrator.run("person", "role", "grant", who, "officer")
    assert person.run("whoami").one("whoami")["roles"] == ["officer"]
    administrator.run("person", "role", "withdraw", who, "officer", "--reason", "перехід")
    administrator.run("person", "rename", who, "--name", "Оксана Бондар", "--reason", "шлюб")
    assert administrator.run("person", "show", who).one("person")["name"] == "Оксана Бондар"
    administrator.run("person", "deactivate", who, "--reason", "звільнення")

    assert person.ask("whoami").status == 4
    administrator.run("person", "reactivate", who, "--reason", "повернення")
    assert person.run("whoami").one("whoami")["person"] == who


def test_signing_out_ends_the_session(office: Office) -> None:
    """The token is of no use afterwards; the next command signs in anew with the session key."""
    person = office.newcomer_officer()
    token = json.loads((person.profile / "session.json").read_text())["token"]
    person.run("signout")
    assert not (person.profile / "session.json").exists()

    person.run("whoami")
    assert json.loads((person.profile / "session.json").read_text())["token"] != token
