"""The words of the papers in Ukrainian and English: labels, choices, answers, findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from custody.rules import RULES

Both: TypeAlias = dict[str, str]  # {"uk": …, "en": …}
Table: TypeAlias = Mapping[str, tuple[str, str]]


def both(table: Table, name: str) -> Both:
    """Return a word in both languages; a name that is not in the table stands for itself."""
    uk, en = table.get(name, (name, name))
    return {"uk": uk, "en": en}


FIELDS: Final[Table] = {
    "title": ("Назва", "Title"),
    "description": ("Опис", "Description"),
    "kind": ("Вид", "Kind"),
    "quantity": ("Кількість", "Quantity"),
    "condition": ("Стан", "Condition"),
    "identifiers": ("Ознаки", "Identifiers"),
    "packaging": ("Пакування", "Packaging"),
    "seal": ("Пломба", "Seal"),
    "collection": ("Вилучення", "Collection"),
    "source": ("Походження", "Source"),
    "protection": ("Захист", "Protection"),
    "place": ("Місце", "Place"),
    "remarks": ("Примітки", "Remarks"),
    "exhibit_mark": ("Позначка доказу", "Exhibit mark"),
    "language": ("Мова", "Language"),
    "retention": ("Строк зберігання", "Retention"),
    "legal": ("Правові відомості", "Legal"),
    "hazards": ("Небезпека", "Hazards"),
    "acquisition": ("Отримання копії", "Acquisition"),
    "reference": ("Позначення", "Reference"),
    "proceeding": ("Провадження", "Proceeding"),
    "jurisdiction": ("Юрисдикція", "Jurisdiction"),
    "name": ("Ім'я", "Name"),
    "identity_check": ("Перевірка особи", "Identity check"),
    "reason": ("Підстава", "Reason"),
    "late_reason": ("Причина запізнення", "Reason for lateness"),
    "purpose": ("Мета", "Purpose"),
    "recipient": ("Отримувач", "Recipient"),
    "contents": ("Вміст", "Contents"),
    "rehash": ("Перевірка байтів", "Check of bytes"),
    "from_place": ("Звідки", "From"),
    "to_place": ("Куди", "To"),
    "authority": ("Повноваження", "Authority"),
    "expected_return": ("Очікуване повернення", "Expected return"),
    "transport": ("Перевезення", "Transport"),
    "deployment": ("Установа", "Deployment"),
    "files": ("Файли", "Files"),
    "files/digests": ("Дайджести файлу", "Digests of a file"),
    "files/found": ("Знайдене з файлом", "Found with a file"),
    "file": ("Файл", "File"),
    "session": ("Сеанс", "Session"),
    "tool": ("Засіб", "Tool"),
}

PARTS: Final[Table] = {
    "how": ("спосіб", "how"),
    "method": ("метод", "method"),
    "by": ("хто", "by"),
    "place": ("місце", "place"),
    "witnesses": ("присутні", "witnesses"),
    "tool": ("засіб", "tool"),
    "write_blocker": ("блокувальник запису", "write blocker"),
    "legal_basis": ("правова підстава", "legal basis"),
    "reason": ("причина", "reason"),
    "accuracy": ("точність", "accuracy"),
    "originator": ("автор", "originator"),
    "provided_by": ("надано", "provided by"),
    "organisation": ("організація", "organisation"),
    "url": ("адреса", "address"),
    "sensitivity": ("чутливість", "sensitivity"),
    "protected_persons": ("захищені особи", "protected persons"),
    "consent": ("згода", "consent"),
    "remarks": ("примітки", "remarks"),
    "make": ("виробник", "make"),
    "model": ("модель", "model"),
    "serial": ("серійний №", "serial no."),
    "imei": ("IMEI", "IMEI"),
    "marks": ("позначки", "marks"),
    "type": ("тип", "type"),
    "bag_number": ("пакет №", "bag no."),
    "number": ("№", "no."),
    "intact": ("неушкоджена", "intact"),
    "class": ("клас", "class"),
    "action_date": ("дата дії", "action date"),
    "device": ("пристрій", "device"),
    "id": ("ідентифікатор", "id"),
    "authority": ("орган", "authority"),
    "qualification": ("кваліфікація", "qualification"),
    "name": ("ім'я", "name"),
    "path": ("шлях", "path"),
    "mime_declared": ("тип заявлений", "type declared"),
    "mime_detected": ("тип виявлений", "type detected"),
    "modified_at": ("змінено", "modified"),
    "size": ("розмір", "size"),
    "outcome": ("результат", "outcome"),
}

CHOICES: Final[Table] = {
    "seized": ("вилучено", "seized"),
    "handed-over": ("передано добровільно", "handed over"),
    "found": ("знайдено", "found"),
    "copied": ("скопійовано", "copied"),
    "captured-online": ("збережено з мережі", "captured online"),
    "generated": ("створено", "generated"),
    "digital": ("цифровий", "digital"),
    "physical": ("матеріальний", "physical"),
    "match": ("збіг", "match"),
    "mismatch": ("розбіжність", "mismatch"),
    "not-checked": ("не перевірено", "not checked"),
    "true": ("так", "yes"),
    "false": ("ні", "no"),
    "administrator": ("адміністратор", "administrator"),
    "auditor": ("аудитор", "auditor"),
    "officer": ("офіцер", "officer"),
    "custodian": ("зберігач", "custodian"),
    "prosecutor": ("прокурор", "prosecutor"),
    "service": ("служба", "service"),
    "founder": ("засновник реєстру", "founder of the ledger"),
    "open": ("без відповіді", "not answered yet"),
    "declined": ("відхилено", "declined"),
    "withdrawn": ("відкликано", "withdrawn"),
    "download": ("завантажено", "downloaded"),
    "view": ("переглянуто", "viewed"),
    "export": ("видано в пакеті", "exported"),
    "fixity": ("файли звірено", "files checked"),
    "intake": ("прийняття", "intake"),
    "transfer": ("передача", "transfer"),
    "move": ("переміщення", "move"),
    "amended": ("виправлено", "amended"),
    "in-error": ("позначено як записане помилково", "marked as recorded in error"),
    "case-corrected": ("перенесено до іншої справи", "put into another case"),
}

QUESTIONS: Final[Table] = {
    "integrity": ("Цілісність", "Integrity"),
    "authorship": ("Авторство", "Authorship"),
    "order": ("Порядок і повнота", "Order and completeness"),
    "time": ("Час", "Time"),
    "continuity": ("Безперервність зберігання", "Continuity of custody"),
    "files": ("Наявність файлів", "Existence of the files"),
}
ASKED: Final[Table] = {
    "integrity": (
        "Чи кожен запис і кожне розкрите значення — те, що було записано?",
        "Is each record, and each value shown, what was recorded?",
    ),
    "authorship": (
        "Чи підписано кожну дію ключем, тоді закріпленим у реєстрі за названою особою, і в належній ролі?",
        "Was each act signed with a key that the ledger assigned to the named person then, in a role that allowed it?",
    ),
    "order": (
        "Чи кожен запис на своєму місці, нічого не вилучено й не вставлено?",
        "Is each record at its place, and nothing removed or slipped in?",
    ),
    "time": (
        "Чи існувало це не пізніше моменту, за який ручається третя сторона?",
        "Did it exist no later than a moment that a third party vouches for?",
    ),
    "continuity": (
        "Чи в кожну мить був рівно один відповідальний зберігач, без непояснених розривів?",
        "Was there exactly one answerable custodian at every moment, with no unexplained gap?",
    ),
    "files": (
        "Чи всі байти наявні й відповідають дайджестам?",
        "Are all bytes present and equal to their digests?",
    ),
}
ANSWERS: Final[Table] = {
    "holds": ("підтверджено", "holds"),
    "fails": ("не підтверджено", "fails"),
    "not-checked": ("не перевірено", "not checked"),
}
BASES: Final[Table] = {
    "checked": ("перевірено", "checked"),
    "attested": ("за підписаним словом реєстру", "on the ledger's signed word"),
    "not-checked": ("не перевірено", "not checked"),
}
WEIGHTS: Final[Table] = {
    "fails": ("порушення", "fails"),
    "not-checked": ("не перевірено", "not checked"),
    "noted": ("зауваження", "noted"),
}
GRADES: Final[Table] = {
    "self-attested": (
        "самозасвідчено: свідчать лише ті, хто веде реєстр",
        "self-attested: only those who run the ledger vouch for it",
    ),
    "signed": ("підписано ключем реєстру", "signed by the ledger's key"),
    "time-stamped": ("з позначкою часу третьої сторони", "time-stamped by a third party"),
    "witnessed": ("засвідчено свідками журналу від інших сторін", "witnessed by other parties"),
}
HEADLINES: Final[Table] = {
    "holds": (
        "У тому, що було перевірено, порушень не виявлено.",
        "In what was checked, nothing was found to be wrong.",
    ),
    "open": (
        "Порушень не виявлено, але не все було перевірено.",
        "Nothing was found to be wrong, but not everything was checked.",
    ),
    "fails": (
        "Виявлено порушення. Спершу прочитайте перелік виявленого.",
        "Something does not hold. Read the findings first.",
    ),
    "none": (
        "Ця довідка не містить висновку. Перевірте пакет самі.",
        "This statement gives no verdict. Check the bundle yourself.",
    ),
}

_FINDINGS: Final[Mapping[str, str]] = {
    "continuity.before-intake": "Між вилученням і прийняттям — понад 24 години.",
    "continuity.case-corrected": "Доказ перенесено до іншої справи.",
    "continuity.late": "Записано пізніше, ніж це, за словами особи, сталося.",
    "continuity.no-receiver": "Одну зі сторін не названо.",
    "continuity.no-time": "Не сказано, коли це сталося.",
    "continuity.offer-open": "Передачу запропоновано, відповіді ще немає.",
    "continuity.recorded-in-error": "Дію позначено як записану помилково.",
    "continuity.rehash-mismatch": "Отримувач виявив інші байти, ніж прийняті.",
    "continuity.rehash-not-checked": "Отримувач не перевірив усіх файлів.",
    "continuity.seal-broken": "Пломба була ушкоджена.",
    "continuity.seal-mismatch": "Названо інший номер пломби, ніж під час прийняття.",
    "continuity.seal-not-checked": "Отримувач нічого не сказав про пломбу.",
    "act.unknown-type": "Вид дії новіший за цю перевірку.",
    "act.malformed": "Відкриті поля дії не відповідають її виду.",
    "disclosure.withheld": "Деякі значення не розкрито.",
    "disclosure.altered": "Розкрите значення — не те, що було записано.",
    "file.mismatch": "Байти файлу не відповідають дайджестам.",
    "file.not-checked": "Деякі файли не перевірено.",
    "file.none": "У цих доказів немає файлів.",
    "key.reported-compromised": "Про цей ключ повідомлено, що він потрапив до чужих рук.",
    "order.stream-missing": "Потрібних для перевірки записів тут немає.",
    "order.no-outside-checkpoint": "Зовнішньої контрольної точки для звірки не надано.",
    "person.word": "На чиєму слові тримається ключ особи.",
    "signature.not-checked": "Підписи не перевірялися.",
    "signature.refused": "Підпис не відповідає дії та ключу.",
    "time.not-vouched": "За момент не ручається жодна третя сторона.",
    "time.clock-corrected": "Тут виправлено годинник реєстру.",
    "trust.none": "Не сказано, якому журналу довіряти.",
}


def finding_words(code: str, text: str) -> Both:
    """Return the sentences of a finding: its rule's or its code's in Ukrainian, as it was found in English."""
    rule = RULES.get(code)
    uk = _FINDINGS.get(code) or ("" if rule is None else rule.ukrainian)
    return {"uk": uk, "en": text}
