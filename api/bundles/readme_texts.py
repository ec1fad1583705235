"""The sentences of README.txt, Ukrainian and English: version 1 of the texts (bundle-v1, section 9)."""

from __future__ import annotations

from typing import Final, TypeAlias

Both: TypeAlias = tuple[str, str]
"""Ukrainian, then English."""

HEAD: Final[Both] = (
    """\
ПАКЕТ ДЛЯ ПЕРЕВІРКИ {bundle}

Реєстр {ledger}
Назва журналу {origin}
Запечатано {made_at}, дерево з {at} записів. Речових доказів: {exhibits}. Файлів: {files}.

Тут записи про зберігання доказів, підтвердження їхнього місця в реєстрі та самі файли. Усе можна перевірити
програмами, яких ми не писали. Сам цей текст нічого не доводить. Розпакуйте архів, увійдіть у теку
та виконайте рядки, що починаються з $. Сертифікати tsa-root.pem і court-root.pem та відкритий ключ
журналу (trust.policy) отримайте іншим шляхом: те, що лежить поруч із доказом, не може за нього ручатися.""",
    """\
BUNDLE FOR CHECKING {bundle}

Ledger {ledger}
Origin of the log {origin}
Sealed {made_at}, tree of {at} entries. Exhibits: {exhibits}. Files: {files}.

Here are the records of custody, the proofs of their place in the ledger, and the files. All of it can be
checked with programs that we did not write. This text itself proves nothing. Unpack the archive, go into
its folder and run the lines that begin with $. Get the certificates tsa-root.pem and court-root.pem and
the public log key (trust.policy) by another way: what lies beside the evidence cannot vouch for it.""",
)

LEFT_OUT: Final[Both] = (
    "Файлів, які замовили, але не вдалося прочитати зі сховища: {left_out}. Вони не перевірені, а не змінені.",
    "Files that were asked for and could not be read from the store: {left_out}. They are not checked, not altered.",
)

MANIFESTS: Final[Both] = (
    """\
1. ФАЙЛИ ТАКІ, ЯК У ПЕРЕЛІКУ
Хто змінив файл, міг переписати й перелік: це захист від пошкодження в дорозі, а не від підробки.""",
    """\
1. THE FILES ARE THOSE OF THE LISTS
Who changes a file can write the lists again: this protects from damage on the way, not from forgery.""",
)

TOKENS: Final[Both] = (
    """\
2. ЧАС, ЗА ЯКИЙ РУЧАЄТЬСЯ ІНША СТОРОНА
Кожен рядок має відповісти «Verification: OK»: ця контрольна точка існувала не пізніше вказаного часу.""",
    """\
2. TIME THAT ANOTHER PARTY VOUCHES FOR
Each line must answer "Verification: OK": this checkpoint existed no later than the time shown.""",
)

NO_TOKENS: Final[Both] = (
    "2. ЧАС, ЗА ЯКИЙ РУЧАЄТЬСЯ ІНША СТОРОНА\nПозначок часу RFC 3161 у цьому пакеті немає.",
    "2. TIME THAT ANOTHER PARTY VOUCHES FOR\nThere are no RFC 3161 time-stamps in this bundle.",
)

CHECKPOINT: Final[Both] = (
    """\
3. ПІДПИС ЖУРНАЛУ ПІД КОНТРОЛЬНОЮ ТОЧКОЮ
Журнал називає своїм такий ключ; порівняйте його з тим, який ви отримали іншим шляхом:
{log_key}
Відповідь має бути «Signature Verified Successfully».""",
    """\
3. THE LOG'S SIGNATURE ON THE CHECKPOINT
The log calls the key above its own; compare it with the one that you got by another way.
The answer must be "Signature Verified Successfully".""",
)

STATEMENT: Final[Both] = (
    """\
4. ПІДПИС ПІД ДОВІДКОЮ ПРО ЗБЕРІГАННЯ (data/statement.pdf)
Відповідь має бути «CAdES Verification successful».""",
    """\
4. THE SIGNATURE ON THE STATEMENT OF CUSTODY (data/statement.pdf)
The answer must be "CAdES Verification successful".""",
)

NO_STATEMENT: Final[Both] = (
    "4. ПІДПИС ПІД ДОВІДКОЮ ПРО ЗБЕРІГАННЯ\nПідписаної довідки в цьому пакеті немає.",
    "4. THE SIGNATURE ON THE STATEMENT OF CUSTODY\nThere is no signed statement in this bundle.",
)

VERIFIER: Final[Both] = (
    """\
5. УСІ ШІСТЬ ПИТАНЬ СУДУ
Програма custody-verify не потребує мережі й не має спільного коду з реєстром. Поряд із текою має лежати
архів під цією назвою та квитанція про нього (.receipt): з нею перевірено кожен байт архіву.""",
    """\
5. ALL SIX QUESTIONS OF A COURT
The program custody-verify needs no network and shares no code with the ledger. Beside this folder must lie
the archive under this name and its receipt (.receipt): with it every byte of the archive is checked.""",
)

PAGE: Final[Both] = (
    """\
6. БЕЗ ПРОГРАМ: verify.html
Відкрийте verify.html у браузері та перетягніть на нього архів. SHA-256 сторінки порівняйте з оголошеним
у примітках до випуску, а не лише з цим рядком:""",
    """\
6. WITHOUT PROGRAMS: verify.html
Open verify.html in a browser and drop the archive onto it. Compare the SHA-256 of the page with the one
in the release notes, not with this line alone:""",
)
