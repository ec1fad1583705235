"""What the rules of the doors say in Ukrainian; those on acts are in `custody.rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custody.rules import RULES as ACT_RULES

OWN: Final[Mapping[str, str]] = {
    "session.other-person": "Одна з дій належить не тій особі, яка увійшла.",
    "session.unconfirmed": "Спершу підтвердьте свій ключ: доти нічого іншого вам не відкрито.",
    "session.newcomer": "Без входу можна надіслати лише підтвердження ключа.",
    "role.auditor-no-content": "Аудитори бачать усю історію та всі значення, але не файли.",
    "role.ledger-readers": "Увесь реєстр — для аудиторів та адміністраторів.",
    "role.log-readers": "Записи оприлюдненого журналу — для аудиторів.",
    "role.depositors": "Файли подають офіцери та зберігачі відкритої справи.",
    "role.bundle-holders": "Пакети видають офіцерам і прокурорам кожної справи, значення якої в них є.",
    "founding.token": "Це не код заснування.",
    "founding.log": "Походження та ключ журналу не належать цьому серверу.",
    "founding.only": "Тут приймається лише дія заснування.",
    "bundle.heads": "Запечатування — не те, що дають записи перед ним.",
    "receipt.not-published": "Цього запису ще немає в оприлюдненій контрольній точці. Запитайте за хвилину.",
    "receipt.no-witnesses": "Цей реєстр не просить свідків співпідписувати, тож засвідчених квитанцій немає.",
    "receipt.not-witnessed": "Ще не співпідписали всі свідки, яких вимагає кворум. Запитайте пізніше.",
    "receipt.no-tsa": "Цей реєстр не звертається до служб позначок часу, тож квитанцій із позначкою часу немає.",
    "receipt.not-time-stamped": "Жодна служба позначок часу ще не охопила цього запису. Запитайте пізніше.",
    "file.not-stored": "Файли спершу зберігають і звіряють; ці — не ті, що збережено.",
}

_WITH_FACTS: Final[Mapping[str, str]] = {
    "continuity.order": "Дії з доказом ідуть одна за одною в часі: найраніший можливий час — {earliest}.",
    "continuity.before-collection": "Нічого не могло статися до вилучення: найраніший можливий час — {earliest}.",
    "bundle.withheld": "Жоден запис цього пакета не має поля з такою назвою, тож нічого не було б приховано: {names}.",
}

RULES: Final[Mapping[str, str]] = {
    **{name: rule.ukrainian for name, rule in ACT_RULES.items()},
    **OWN,
    **_WITH_FACTS,
}
