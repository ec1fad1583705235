"""What commands tell when they succeed: (English, Ukrainian)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RESULTS: Final[Mapping[str, tuple[str, str]]] = {
    "yes": ("yes", "так"),
    "no": ("no", "ні"),
    "recorded.line": ("recorded: {text} · {act} · entry {index}", "записано: {text} · {act} · запис {index}"),
    "recorded.dry-run": (
        "The rules allow it. Nothing was signed or recorded.",
        "Правила це дозволяють. Нічого не підписано й не записано.",
    ),
    "download.renamed": (
        "is file {file}, recorded under the name {name}",
        "це файл {file}, записаний під назвою {name}",
    ),
    "download.other": (
        "something else has this name; it stays as it is",
        "цю назву має щось інше; воно лишається як є",
    ),
    "download.same": ("the same bytes, by their digest", "ті самі байти, за дайджестом"),
    "download.sum": (
        "{given} given = {saved} saved + {there} already there + {refused} refused",
        "{given} запитано = {saved} збережено + {there} уже є + {refused} відхилено",
    ),
    "download.sum-open": (
        "NOT ACCOUNTED FOR: {given} given, {saved} saved, {there} already there, {refused} refused",
        "НЕ СХОДИТЬСЯ: {given} запитано, {saved} збережено, {there} уже є, {refused} відхилено",
    ),
    "done.backup": (
        "Backup written to {file}. Keep it and the passphrase in different places.",
        "Копію записано до {file}. Зберігайте її та парольну фразу в різних місцях.",
    ),
    "done.confirmed": ("your enrolment", "ваше зарахування"),
    "done.founded": ("the ledger is founded", "реєстр засновано"),
    "done.founder-name": ("name of the founder", "ім'я засновника"),
    "done.key-added": ("key added", "ключ додано"),
    "done.key-revoked": ("key revoked", "ключ відкликано"),
    "done.restored": ("The keys are restored.", "Ключі відновлено."),
    "done.sent": ("sent again", "надіслано знову"),
    "done.signin": ("Signed in as {name}.", "Вхід виконано: {name}."),
    "done.signout": ("Signed out.", "Сеанс завершено."),
    "session.ended-already": ("The session had ended already.", "Сеанс уже завершився."),
    "send.none": ("Nothing waits to be sent.", "Надсилати немає чого."),
    "inbox.offer": (
        "{reference}  {title}  offered by {name} at {when}",
        "{reference}  {title}  пропонує {name}, {when}",
    ),
    "inbox.empty": ("Nothing waits for you.", "На вас нічого не чекає."),
    "search.none": ("Nothing found.", "Нічого не знайдено."),
    "transfer.to": ("To: {name} ({person})", "Кому: {name} ({person})"),
    "fingerprint.compare": (
        "{name} reads aloud the fingerprint of their key. Yours is:\n  {fingerprint}",
        "{name} читає вголос відбиток свого ключа. У вас:\n  {fingerprint}",
    ),
    "fingerprint.same": ("Is it the same?", "Відбитки збігаються?"),
    "passphrase.ask": ("Passphrase of your keys: ", "Парольна фраза ваших ключів: "),
    "passphrase.new": ("New passphrase for your keys: ", "Нова парольна фраза для ваших ключів: "),
    "passphrase.again": ("The same again: ", "Ще раз те саме: "),
    "key.act": ("key for acts", "ключ для дій"),
    "key.session": ("key for sessions", "ключ для входу"),
    "key.in-use": ("in use", "у користуванні"),
    "key.waiting": ("waits to be added", "чекає на додавання"),
    "key.replaced": ("replaced by another", "замінено іншим"),
    "progress.measure": ("Digesting", "Обчислення"),
    "progress.send": ("Sending", "Надсилання"),
    "progress.verify": ("Verifying", "Перевірка"),
    "outcome.taken": ("taken", "прийнято"),
    "outcome.refused": ("refused", "відхилено"),
    "outcome.held": ("already held", "уже є"),
    "outcome.saved": ("saved", "збережено"),
    "outcome.there": ("already there", "уже є"),
    "intake.composed-anew": (
        "What was signed before the interruption was not taken ({reason}); it is composed anew.",
        "Підписане до переривання не прийнято ({reason}); дію складено заново.",
    ),
    "intake.no-room": (
        "The server had no room for some files. It keeps what it has: run the same command when there is room.",
        "Серверу забракло місця для деяких файлів. Отримане він зберігає: повторіть команду, коли місце з'явиться.",
    ),
    "intake.repeated": (
        "{path} was given more than once; it counts once.",
        "{path} подано кілька разів; враховано один раз.",
    ),
    "intake.sum": (
        "{given} given = {taken} taken + {refused} refused + {held} already held",
        "{given} подано = {taken} прийнято + {refused} відхилено + {held} уже є",
    ),
    "intake.sum-open": (
        "NOT ACCOUNTED FOR: {given} given, {taken} taken, {refused} refused, {held} already held",
        "НЕ СХОДИТЬСЯ: {given} подано, {taken} прийнято, {refused} відхилено, {held} уже є",
    ),
    "held.yes": ("held: {where}", "зберігається: {where}"),
    "held.no": ("not held here", "тут не зберігається"),
    "held.elsewhere": ("in a case that is not yours", "у справі, до якої ви не маєте доступу"),
    "held.left-out": (
        (
            "WARNING: {path} was NOT taken in: a case that you may not see holds it. "
            "To take it into this case too, run the command for it again with --force."
        ),
        (
            "УВАГА: {path} НЕ прийнято: його вже прийнято до справи, до якої ви не маєте доступу. "
            "Щоб прийняти його й до цієї справи, виконайте команду для нього ще раз із --force."
        ),
    ),
    "refused.folder": (
        "is a folder that cannot be read ({detail}): nothing in it was taken",
        "теку не вдається прочитати ({detail}): з неї нічого не прийнято",
    ),
    "refused.link": ("is a symbolic link", "це символічне посилання"),
    "refused.missing": ("does not exist", "такого файлу чи теки немає"),
    "refused.new": (
        "is new since the intake began; run the command again",
        "з'явився після початку приймання; виконайте команду ще раз",
    ),
    "refused.special": ("is not a regular file", "це не звичайний файл"),
    "refused.unreadable": ("may not be read", "немає права на читання"),
    "history.now": ("now", "тепер"),
    "history.late": ("late", "із запізненням"),
    "history.withheld": ("values withheld", "значення не розкрито"),
    "receipt.title": ("CUSTODY RECEIPT · entry {index}", "КВИТАНЦІЯ · запис {index}"),
    "receipt.act": ("act", "дія"),
    "receipt.stream": ("of", "щодо"),
    "receipt.person": ("by", "ким"),
    "receipt.occurred": ("occurred (claimed)", "відбулося (зі слів)"),
    "receipt.recorded": ("recorded (server's clock)", "записано (годинник сервера)"),
    "receipt.entry": ("SHA-256 of the entry", "SHA-256 запису"),
    "receipt.ledger": ("ledger", "реєстр"),
    "receipt.checkpoint": ("checkpoint: size, root", "контрольна точка: розмір, корінь"),
    "receipt.holds": (
        "Receipt {index} holds: the entry stands in ledger {ledger}, at {index} of {size} entries.",
        "Квитанція {index} чинна: запис міститься в реєстрі {ledger} під номером {index} з {size} записів.",
    ),
    "receipt.how": (
        "Proof: {index}.entry, {index}.tlog-proof and {index}.vkey; any C2SP tlog-proof reader checks them.",
        "Доказ: {index}.entry, {index}.tlog-proof і {index}.vkey; їх перевіряє будь-яка програма C2SP tlog-proof.",
    ),
    "receipt.upgraded": (
        "Receipt {index} is {grade}: under the checkpoint of {size} entries.",
        "Квитанція {index}: {grade}, під контрольною точкою {size} записів.",
    ),
    "grade.witnessed": ("witnessed", "засвідчена"),
    "grade.time-stamped": ("time-stamped", "з позначкою часу"),
    "witnesses.line": (
        "  witnesses: the quorum asks for {asked}; counted: {counted}; missing: {missing}",
        "  свідки: кворум вимагає {asked}; враховано: {counted}; бракує: {missing}",
    ),
    "witnesses.none": (
        "  witnesses: the service has no witness policy, nobody else stands behind its checkpoint",
        "  свідки: служба не має політики свідків: за її контрольною точкою не стоїть ніхто інший",
    ),
    "witnesses.checked": ("  checked here by your policy", "  перевірено тут за вашою політикою"),
    "witnesses.told": (
        "  told by the service, not checked here: no policy was given (--trust)",
        "  зі слів служби, тут не перевірено: політики не надано (--trust)",
    ),
    "witnesses.told-only": ("  told by the service", "  зі слів служби"),
    "stamp.checked": (
        "  time-stamped by {tsa} at {time}, checked here by your roots",
        "  позначка часу від {tsa}: {time}, перевірено тут за вашими коренями",
    ),
    "stamp.unrooted": (
        "  time-stamped by {tsa} at {time}; whose key that is was not checked: no roots were given (--tsa-root)",
        "  позначка часу від {tsa}: {time}; чий це ключ, не перевірено: коренів не надано (--tsa-root)",
    ),
    "upgrade.missed": ("There is more to come: {reason}", "Ще не все: {reason}"),
    "bundle.requested": ("requested", "замовлено"),
    "bundle.issued": ("issued", "видано"),
    "bundle.acknowledged": ("acknowledged", "одержання підтверджено"),
    "bundle.none": ("There is no bundle that you may know of.", "Немає пакетів, про які ви можете знати."),
    "papers.none": ("This bundle was made without {name}.", "Цей пакет створено без {name}."),
    "bundle.left-out": (
        "WARNING: {count} files could not be read from the store and are NOT in the bundle: {files}",
        "УВАГА: {count} файлів не вдалося прочитати зі сховища, у пакеті їх НЕМАЄ: {files}",
    ),
    "bundle.encrypted": (
        "Encrypted: only the recipient can check it, after decrypting it, with the receipt beside it.",
        "Зашифровано: перевірити може лише отримувач, розшифрувавши, з квитанцією, що лежить поруч.",
    ),
    "progress.bundle": ("making the bundle", "створення пакета"),
    "question.integrity": ("1 Integrity", "1 Цілісність"),
    "question.authorship": ("2 Authorship", "2 Авторство"),
    "question.order": ("3 Order and completeness", "3 Порядок і повнота"),
    "question.time": ("4 Time", "4 Час"),
    "question.continuity": ("5 Continuity", "5 Безперервність"),
    "question.files": ("6 Existence of the files", "6 Наявність файлів"),
    "answer.holds": ("holds", "підтверджено"),
    "answer.fails": ("FAILS", "НЕ ПІДТВЕРДЖЕНО"),
    "answer.not-checked": ("not checked", "не перевірено"),
    "basis.checked": ("checked", "перевірено"),
    "basis.attested": ("attested by the ledger", "за підписаним словом реєстру"),
    "basis.not-checked": ("not checked", "не перевірено"),
    "weight.fails": ("FAILS", "ПОРУШЕННЯ"),
    "weight.not-checked": ("not checked", "не перевірено"),
    "weight.noted": ("noted", "зауваження"),
    "check.checkpoint": ("own: continues what was seen", "власна: продовжує побачене"),
    "check.receipts": ("own: receipts kept here", "власна: збережені квитанції"),
    "check.chain": ("own: entries follow on", "власна: записи йдуть поспіль"),
    "check.signatures": ("own: signatures", "власна: підписи"),
    "check.receipt": (
        "The entry of the kept receipt {index} is not in the ledger any more: {reason}.",
        "Запису із збереженої квитанції {index} уже немає в реєстрі: {reason}.",
    ),
    "check.signature": (
        "Entry {index} is not signed by its actor: {reason}.",
        "Запис {index} не підписано його автором: {reason}.",
    ),
    "verdict.holds": ("Verdict: holds.", "Висновок: підтверджено."),
    "verdict.fails": ("Verdict: FAILS.", "Висновок: НЕ ПІДТВЕРДЖЕНО."),
    "verdict.not-checked": (
        "Verdict: nothing fails, but not everything was checked.",
        "Висновок: порушень немає, але перевірено не все.",
    ),
}
