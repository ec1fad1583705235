"""What goes wrong: (English, Ukrainian)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "bundle.name": ("{text} is not the uuid of a bundle.", "{text} не є uuid пакета."),
    "bundle.age": (
        "{text} is not a recipient of age: age1 and 58 letters and digits. Nothing was recorded.",
        "{text} не є отримувачем age: age1 і 58 літер та цифр. Нічого не записано.",
    ),
    "bundle.scope": (
        "A bundle is of one whole case, or of exhibits; not of both.",
        "Пакет охоплює одну цілу справу або докази, а не те й те.",
    ),
    "bundle.not-issued": ("No such zip of {bundle} was issued.", "Такого архіву {bundle} не видано."),
    "bundle.other-issue": (
        "The receipt that came (entry {index}) is not that of the zip that was asked for.",
        "Надіслана квитанція (запис {index}) не від того архіву, який замовлено.",
    ),
    "bundle.differs": (
        "The bytes that came are not those of the zip that was issued ({sha256}); nothing was kept.",
        "Отримані байти не є байтами виданого архіву ({sha256}); нічого не збережено.",
    ),
    "bundle.unreadable": (
        "The zip cannot be read as a bundle: {reason}",
        "Архів не читається як пакет: {reason}",
    ),
    "answer.shape": (
        "The server's answer is not of the agreed form ({path}). Nothing was signed on its word.",
        "Відповідь сервера не має узгодженого вигляду ({path}). На її підставі нічого не підписано.",
    ),
    "batch.size": ("One signature covers 1 to {most} acts.", "Один підпис охоплює від 1 до {most} дій."),
    "check.place": (
        (
            "INTEGRITY: the server says that the next act is version {told}; its entries prove version {proved}, "
            "or another act before it. Nothing was signed."
        ),
        (
            "ЦІЛІСНІСТЬ: сервер називає наступною версію {told}; записи доводять версію {proved} "
            "або іншу попередню дію. Нічого не підписано."
        ),
    ),
    "checkpoint.forked": (
        (
            "INTEGRITY: the server's ledger of {new} entries does not continue the one of {old} entries that was "
            "seen before. History was rewritten. Nothing was signed. Both checkpoints are kept in {folder}: give "
            "them to an auditor."
        ),
        (
            "ЦІЛІСНІСТЬ: реєстр сервера з {new} записів не продовжує баченого раніше реєстру з {old} записів. "
            "Історію переписано. Нічого не підписано. Обидві контрольні точки збережено в {folder}: передайте "
            "їх аудитору."
        ),
    ),
    "checkpoint.rolled-back": (
        (
            "INTEGRITY: the server shows a ledger of {new} entries; one of {old} was seen before. Entries are "
            "missing, perhaps after a backup was restored. Nothing was signed. Evidence is kept in {folder}."
        ),
        (
            "ЦІЛІСНІСТЬ: сервер показує реєстр з {new} записів; раніше було {old}. Записів бракує, можливо після "
            "відновлення копії. Нічого не підписано. Докази збережено в {folder}."
        ),
    ),
    "checkpoint.unsigned": (
        "INTEGRITY: the checkpoint is not signed by the pinned log: {reason}. Nothing was signed.",
        "ЦІЛІСНІСТЬ: контрольну точку не підписано закріпленим ключем реєстру: {reason}. Нічого не підписано.",
    ),
    "clock.bad": (
        "There is no clock {text}: --clock is recorded or occurred.",
        "Немає годинника {text}: --clock — recorded або occurred.",
    ),
    "deposit.differs": (
        "INTEGRITY: what the vault holds of {file} is not what was digested here. Nothing was signed.",
        "ЦІЛІСНІСТЬ: збережене у сховищі з {file} не збігається з обчисленим тут. Нічого не підписано.",
    ),
    "download.differs": (
        "INTEGRITY: file {file} is not what was signed at its intake. It was not kept.",
        "ЦІЛІСНІСТЬ: файл {file} не той, що підписано під час прийняття. Його не збережено.",
    ),
    "download.none": ("{reference} has no such file.", "У {reference} такого файлу немає."),
    "enrol.none": (
        "No administrator has accepted your request yet.",
        "Жоден адміністратор ще не прийняв ваш запит.",
    ),
    "enrol.other-key": (
        "INTEGRITY: another key than yours is enrolled under your name. Do not confirm; tell an administrator.",
        "ЦІЛІСНІСТЬ: під вашим ім'ям зараховано не ваш ключ. Не підтверджуйте; повідомте адміністратора.",
    ),
    "entry.malformed": (
        "INTEGRITY: entry {index} is not an entry: {reason}.",
        "ЦІЛІСНІСТЬ: запис {index} не є записом: {reason}.",
    ),
    "entry.not-proven": (
        "INTEGRITY: entry {index} is not what the ledger holds: {reason}. Nothing was signed.",
        "ЦІЛІСНІСТЬ: запис {index} не той, що міститься в реєстрі: {reason}. Нічого не підписано.",
    ),
    "entry.other-ledger": (
        "INTEGRITY: entry {index} was signed for another ledger.",
        "ЦІЛІСНІСТЬ: запис {index} підписано для іншого реєстру.",
    ),
    "entry.unseen": (
        (
            "INTEGRITY: entry {index} is beyond the {size} entries that were proved. Try again; if it stays, tell "
            "an auditor."
        ),
        (
            "ЦІЛІСНІСТЬ: запис {index} поза межами {size} доведених записів. Спробуйте ще раз; якщо повториться, "
            "повідомте аудитора."
        ),
    ),
    "fields.file": ("{file} is not a JSON object of members.", "{file} не є об'єктом JSON з полями."),
    "fields.nothing": ("Nothing is amended.", "Нічого не змінено."),
    "fields.set": ("{text} is not name=value.", "{text} не має вигляду name=value."),
    "fingerprint.ask": (
        "Have the person read the fingerprint aloud, and give it with --fingerprint (or --yes).",
        "Попросіть особу прочитати відбиток уголос і вкажіть його в --fingerprint (або --yes).",
    ),
    "fingerprint.other": (
        "The key is not the one that {name} read aloud. Nothing was signed.",
        "Це не той ключ, який прочитала вголос {name}. Нічого не підписано.",
    ),
    "intake.missing": (
        "{label} is missing: say it with {option}.",
        "Бракує відомостей ({label}): вкажіть їх через {option}.",
    ),
    "intake.nothing": (
        "There is no file in what was given: {paths}. Nothing was taken.",
        "У поданому немає жодного файлу: {paths}. Нічого не прийнято.",
    ),
    "intake.way": (
        "There is no way of collection {text}: --how is one of {ways}.",
        "Немає способу збирання {text}: --how — одне з {ways}.",
    ),
    "intake.too-many": (
        "{count} files are too many for one exhibit ({most}). Use --split for several exhibits, or --each.",
        "{count} файлів забагато для одного доказу ({most}). Скористайтеся --split або --each.",
    ),
    "intake.what": (
        "Name the case with --case, and either files or --physical.",
        "Вкажіть справу через --case і або файли, або --physical.",
    ),
    "interrupted": (
        "Interrupted. What was done is kept; run the same command to go on.",
        "Перервано. Зроблене збережено; виконайте ту саму команду, щоб продовжити.",
    ),
    "key.backup-bad": (
        "{file} is not a backup of keys, made by `custody key backup`.",
        "{file} не є копією ключів, створеною командою `custody key backup`.",
    ),
    "key.fingerprint-bad": (
        "{text} is not a fingerprint: 64 digits from 0 to f, as `custody key show` prints them.",
        "{text} не є відбитком: потрібні 64 цифри від 0 до f, як їх показує `custody key show`.",
    ),
    "key.kind": ("The key is not an {algorithm} key.", "Це не ключ {algorithm}."),
    "key.none": ("There is no key in {file}.", "У {file} немає ключа."),
    "key.not-waiting": (
        "No key {fingerprint} waits here.",
        "Ключа {fingerprint}, що чекав би на додавання, тут немає.",
    ),
    "key.passphrase-wrong": (
        (
            "The passphrase does not open the key. Nothing was signed. Look at the keyboard's language and at "
            "Caps Lock, and try again; if it is lost, two administrators give you a new key (`custody recover`)."
        ),
        (
            "Парольна фраза не відкриває ключ. Нічого не підписано. Перевірте мову клавіатури й Caps Lock і "
            "спробуйте ще раз; якщо фразу втрачено, новий ключ нададуть два адміністратори (`custody recover`)."
        ),
    ),
    "key.unencrypted": (
        "A key has no passphrase; a backup of it needs --no-passphrase.",
        "Ключ без парольної фрази; для його копії потрібно --no-passphrase.",
    ),
    "key.use": (
        "A key is for act or session, not {text}.",
        "Ключ призначено для act або session, а не {text}.",
    ),
    "key.weak": (
        "INTEGRITY: the server's key is refused: {reason}.",
        "ЦІЛІСНІСТЬ: ключ сервера відхилено: {reason}.",
    ),
    "language.bad": (
        "There is no language {text}: --language en or --language uk.",
        "Немає мови {text}: --language en або --language uk.",
    ),
    "ledger.unfounded": (
        "The server has no ledger yet: its founder runs `custody found` first.",
        "На сервері ще немає реєстру: спершу засновник виконує `custody found`.",
    ),
    "name.none": (
        "There is no {text} here, or you may not see it.",
        "{text}: тут такого немає, або ви не маєте права це бачити.",
    ),
    "name.other": (
        "INTEGRITY: what the server calls {text} is something else by its own entries. Nothing was signed.",
        "ЦІЛІСНІСТЬ: те, що сервер називає {text}, за його ж записами є чимось іншим. Нічого не підписано.",
    ),
    "name.several": (
        "{count} people are called {text}: give the person's uuid.",
        "{count} осіб мають ім'я {text}: вкажіть uuid особи.",
    ),
    "name.withheld": (
        "The value {name} of entry {index} is not disclosed to you.",
        "Значення {name} запису {index} вам не розкрито.",
    ),
    "pin.other": (
        (
            "INTEGRITY: the server's {what} is not the one that your profile holds it to ({pinned}). Nothing was "
            "signed. Look at the address of the server; if it is right, tell an administrator."
        ),
        (
            "ЦІЛІСНІСТЬ: {what} сервера не збігається із закріпленим у вашому профілі ({pinned}). Нічого не "
            "підписано. Перевірте адресу сервера; якщо вона правильна, повідомте адміністратора."
        ),
    ),
    "pin.vkey-bad": (
        "INTEGRITY: the log's key is refused: {reason}.",
        "ЦІЛІСНІСТЬ: ключ реєстру відхилено: {reason}.",
    ),
    "pin.vkey-name": (
        "INTEGRITY: the log's key is not named {origin}.",
        "ЦІЛІСНІСТЬ: ключ реєстру не має назви {origin}.",
    ),
    "receipt.none": ("There is no receipt of entry {index}.", "Немає квитанції запису {index}."),
    "receipt.not-proven": (
        "INTEGRITY: the receipt of entry {index} does not prove it: {reason}.",
        "ЦІЛІСНІСТЬ: квитанція запису {index} його не доводить: {reason}.",
    ),
    "receipt.other-act": (
        (
            "INTEGRITY: the receipt of entry {index} is of another act than the one that was sent. What was signed "
            "is kept in unsent/."
        ),
        "ЦІЛІСНІСТЬ: квитанція запису {index} стосується іншої дії, ніж надіслана. Підписане збережено в unsent/.",
    ),
    "receipt.other-signature": (
        "INTEGRITY: entry {index} carries another signature than the one that was sent.",
        "ЦІЛІСНІСТЬ: запис {index} має інший підпис, ніж надісланий.",
    ),
    "receipt.other-ledger": (
        "INTEGRITY: entry {index} is of another ledger than the pinned one.",
        "ЦІЛІСНІСТЬ: запис {index} належить іншому реєстру, ніж закріплений.",
    ),
    "receipt.what": (
        "Give either the index of an entry or --check with files.",
        "Вкажіть або номер запису, або --check з файлами.",
    ),
    "receipt.upgrade-only": (
        "--grade, --trust and --tsa-root go with --upgrade.",
        "--grade, --trust і --tsa-root вживаються з --upgrade.",
    ),
    "upgrade.trust": ("The file of trust cannot be read: {reason}.", "Файл довіри не читається: {reason}."),
    "upgrade.other-entry": (
        "INTEGRITY: the better receipt is of another entry than the kept one of entry {index}.",
        "ЦІЛІСНІСТЬ: краща квитанція стосується іншого запису, ніж збережена квитанція запису {index}.",
    ),
    "upgrade.policy": (
        "INTEGRITY: the checkpoint of the better receipt of entry {index} fails your policy: {reason}.",
        "ЦІЛІСНІСТЬ: контрольна точка кращої квитанції запису {index} не відповідає вашій політиці: {reason}.",
    ),
    "upgrade.no-witness": (
        "INTEGRITY: the service calls the receipt of entry {index} witnessed and names no witness.",
        "ЦІЛІСНІСТЬ: служба називає квитанцію запису {index} засвідченою і не називає жодного свідка.",
    ),
    "upgrade.no-token": (
        "INTEGRITY: the service calls the receipt of entry {index} time-stamped and gives no token.",
        "ЦІЛІСНІСТЬ: служба називає квитанцію запису {index} такою, що має позначку часу, і не дає позначки.",
    ),
    "upgrade.token": (
        "INTEGRITY: the time-stamp of {name} does not hold: {reason}.",
        "ЦІЛІСНІСТЬ: позначка часу від {name} не підтверджується: {reason}.",
    ),
    "upgrade.not-met": (
        "By your policy the receipt of entry {index} is not witnessed: it asks for {asked}, counted: {counted}.",
        "За вашою політикою квитанцію запису {index} не засвідчено: потрібно {asked}, враховано: {counted}.",
    ),
    "recover.none": ("Nothing is proposed for {name}.", "Для {name} нічого не запропоновано."),
    "reference.case": (
        '"{text}" is not a case reference such as UKR2-25: Latin letters, digits, and hyphens between them.',
        "«{text}» не є номером справи на зразок UKR2-25: латинські літери, цифри та дефіси між ними.",
    ),
    "reference.check": (
        "The check character of {text} does not fit: look at the label again.",
        "Контрольний символ {text} не підходить: подивіться на етикетку ще раз.",
    ),
    "reference.form": (
        '"{text}" is not the reference of an exhibit, such as UKR2-25/007-K.',
        "«{text}» не є номером доказу на зразок UKR2-25/007-K.",
    ),
    "request.other-ledger": ("The request is for another ledger.", "Запит стосується іншого реєстру."),
    "request.unreadable": ("{file} is not an enrolment request.", "{file} не є запитом на зарахування."),
    "server.address": (
        "{server} is not the address of a server, such as https://custody.example.org.",
        "{server} не є адресою сервера на зразок https://custody.example.org.",
    ),
    "server.none": (
        "Name the server with --server or CUSTODY_SERVER.",
        "Вкажіть сервер через --server або CUSTODY_SERVER.",
    ),
    "server.refused": ("{detail} [{name}]", "{detail} [{name}]"),
    "server.member": ("Member: {path}.", "Поле: {path}."),
    "server.earliest": ("Earliest time allowed: {time}.", "Найраніший дозволений час: {time}."),
    "server.latest": ("Latest time allowed: {time}.", "Найпізніший дозволений час: {time}."),
    "server.unreachable": (
        (
            "{server} does not answer ({reason}). What was signed or sent so far is kept. Look at the address and "
            "the network, then try again; what was signed goes out with `custody send`."
        ),
        (
            "{server} не відповідає ({reason}). Підписане й надіслане досі збережено. Перевірте адресу й мережу та "
            "спробуйте ще раз; підписане надішле `custody send`."
        ),
    ),
    "session.other-person": (
        "INTEGRITY: the server took you for another person. Nothing was signed.",
        "ЦІЛІСНІСТЬ: сервер прийняв вас за іншу особу. Нічого не підписано.",
    ),
    "shown.stopped": (
        "The server was shown the checkpoint that is kept here, and has stopped writing.",
        "Серверу показано збережену тут контрольну точку, і він припинив запис.",
    ),
    "shown.denied": (
        (
            "The server was shown the checkpoint that is kept here and calls it its own: somebody between you and it "
            "may alter what you see."
        ),
        (
            "Серверу показано збережену тут контрольну точку, і він визнає її своєю: можливо, хтось між вами та "
            "сервером змінює те, що ви бачите."
        ),
    ),
    "shown.unheard": (
        "The server did not take the checkpoint that is kept here: tell its operator to stop it.",
        "Сервер не прийняв збереженої тут контрольної точки: скажіть його оператору зупинити його.",
    ),
    "stream.other": (
        "INTEGRITY: the server showed entries of something else than {stream}. Nothing was signed.",
        "ЦІЛІСНІСТЬ: сервер показав записи, що не належать {stream}. Нічого не підписано.",
    ),
    "stream.place": (
        "INTEGRITY: the entries of {stream} do not follow one another, or some are missing. Nothing was signed.",
        "ЦІЛІСНІСТЬ: записи {stream} не йдуть один за одним, або деяких бракує. Нічого не підписано.",
    ),
    "taken.case-reference": (
        "There is a case with this reference already.",
        "Справа з таким номером уже є.",
    ),
    "taken.file": ("A file has this uuid already.", "Файл із таким uuid уже є."),
    "taken.key": ("The key is somebody's already, or was.", "Цей ключ уже комусь належить або належав."),
    "taken.seal": (
        "A seal with this number was recorded already.",
        "Пломбу з таким номером уже записано.",
    ),
    "time.bad": (
        "{text} is not a time such as 2026-11-22T10:14+02:00.",
        "{text} не є часом на зразок 2026-11-22T10:14+02:00.",
    ),
    "transfer.none": (
        "No offer of {reference} waits for your answer.",
        "Пропозиції щодо {reference}, яка чекала б на вашу відповідь, немає.",
    ),
    "value.form": ("The value of {path} {reason}.", "Значення {path}: {reason}."),
}
