"""What this machine refuses: its files, its disk, the profile and its passphrase: (English, Ukrainian)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MACHINE: Final[Mapping[str, tuple[str, str]]] = {
    "file.changed": (
        "{file} changed while it was being taken in. Run the command again.",
        "{file} змінився під час приймання. Виконайте команду ще раз.",
    ),
    "file.exists": ("{file} exists already.", "{file} уже існує."),
    "local.exists": ("something else has that name already", "таку назву вже має щось інше"),
    "local.full": ("no room is left on the disk", "на диску не лишилося місця"),
    "local.folder": ("it is a folder, and a file is needed", "це тека, а потрібен файл"),
    "local.name-long": ("the name is too long", "назва задовга"),
    "local.no-right": ("you have no right to it", "у вас немає права доступу"),
    "local.no-room": (
        (
            "No room is left on the disk ({file}). Make room, then look at `custody status`: what was signed and not "
            "confirmed goes out with `custody send`; run an unfinished intake again and it goes on."
        ),
        (
            "На диску не лишилося місця ({file}). Звільніть місце й виконайте `custody status`: підписане й не "
            "підтверджене надішле `custody send`; незавершене приймання продовжить та сама команда."
        ),
    ),
    "local.none": ("there is no such file or folder", "такого файлу чи теки немає"),
    "local.not-folder": (
        "a part of the path is a file, and a folder is needed",
        "частина шляху — файл, а потрібна тека",
    ),
    "local.read-only": ("the disk is read-only", "диск доступний лише для читання"),
    "local.refused": ("{file}: {reason}.", "{file}: {reason}."),
    "local.system": ("The system refused", "Відмова системи"),
    "passphrase.differ": ("The two passphrases differ.", "Парольні фрази різні."),
    "passphrase.file": (
        "The passphrase file {file} cannot be read, or is empty: look at CUSTODY_PASSPHRASE_FILE.",
        "Файл парольної фрази {file} не читається або порожній: перевірте CUSTODY_PASSPHRASE_FILE.",
    ),
    "passphrase.no-keyboard": (
        "The passphrase is needed and there is no keyboard: set {variable}.",
        "Потрібна парольна фраза, а клавіатури немає: задайте {variable}.",
    ),
    "passphrase.short": (
        "A passphrase has at least {least} characters.",
        "Парольна фраза має щонайменше {least} символів.",
    ),
    "profile.missing": ("{file} is missing.", "Бракує {file}."),
    "profile.none": (
        "There is no profile in {home}: begin with `custody found` or `custody enrol request`.",
        "У {home} немає профілю: почніть з `custody found` або `custody enrol request`.",
    ),
    "profile.there": (
        "There is a profile for ledger {ledger} already.",
        "Профіль для реєстру {ledger} уже є.",
    ),
    "profile.unreadable": ("{file} is damaged.", "{file} пошкоджено."),
}
