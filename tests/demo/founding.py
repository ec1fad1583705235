"""Chapter one: the ledger is founded, people are enrolled in two acts, and roles are granted."""

from pathlib import Path

from tests.demo.people import Person
from tests.demo.server import Server

ROLES = {
    "Оксана Коваль": ("officer",),
    "Тарас Бондар": ("officer",),
    "Ірина Мельник": (),
    "Andriy Shevchuk": ("auditor",),
}
ADMINISTRATOR = "Марія Гончар"
OFFICER, SECOND_OFFICER, PROSECUTOR, AUDITOR = ROLES


def cast(folder: Path, server: Server) -> dict[str, Person]:
    """Return the people of the story, none of whom is known to the server yet."""
    passphrase = folder / "passphrase"
    passphrase.write_text("вишневий сад 2026\n", encoding="utf-8")
    passphrase.chmod(0o600)
    return {
        name: Person(name, folder / "homes" / str(at), server.url, passphrase)
        for at, name in enumerate((ADMINISTRATOR, *ROLES))
    }


def found(founder: Person, server: Server) -> str:
    """Found the ledger with the one-time token of the server; return the ledger's id."""
    token = (server.data / "founding-token").read_text().strip()
    told = founder.run(
        "found", "--token", token, "--name", founder.name, "--deployment", "Demo of Custody / Показ Custody"
    )
    ledger: str = told.one("founded")["ledger"]
    return ledger


def enrol(newcomer: Person, administrator: Person, folder: Path) -> None:
    """Enrol a person in two acts: the administrator's, and the newcomer's own with the new key."""
    file = folder / f"request-{newcomer.home.name}.json"
    ledger = administrator.ledger
    asked = newcomer.run("enrol", "request", "--name", newcomer.name, "--ledger", ledger, "-o", file)
    newcomer.id = asked.one("request")["person"]
    roles = [word for role in ROLES[newcomer.name] for word in ("--role", role)]
    read_aloud = asked.one("request")["fingerprint"]
    method = ("--method", "passport, in person / паспорт, особисто")
    administrator.run("enrol", "accept", file, *method, "--fingerprint", read_aloud, *roles)
    newcomer.run("enrol", "confirm")
