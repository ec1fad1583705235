"""The closed table of rules: a stable name, and what it says in one sentence, in English and Ukrainian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custody.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in words. `clause` is its place in docs/spec."""

    clause: str
    english: str
    ukrainian: str


def broken(name: str, **facts: object) -> RuleBroken:
    """Return the refusal by a rule of the table; `facts` are for the caller and need not be shown."""
    return RuleBroken(name, RULES[name].english, **facts)


RULES: Final[Mapping[str, Rule]] = {
    # --- every act ---
    "act.unknown-type": Rule(
        "acts-v1 1", "This type of act is not in the catalogue.", "Такого виду дії немає в переліку."
    ),
    "act.wrong-stream": Rule(
        "acts-v1 1", "This type belongs to another kind of stream.", "Ця дія належить до іншого виду потоку."
    ),
    "act.other-ledger": Rule(
        "entry-v1 4", "The act was signed for another ledger.", "Дію підписано для іншого реєстру."
    ),
    "act.nothing-seen": Rule(
        "entry-v1 8",
        "The act names no checkpoint that its signer has seen.",
        "Дія не називає контрольної точки, яку бачив підписант.",
    ),
    "stream.begun": Rule("acts-v1 1", "The stream has begun already.", "Цей потік уже розпочато."),
    # --- who acts, with what key ---
    "actor.unknown": Rule("acts-v1 9", "Nobody enrolled this person.", "Цю особу ніхто не зареєстрував."),
    "actor.deactivated": Rule(
        "acts-v1 9", "The person is deactivated and may not act.", "Особу деактивовано, діяти вона не може."
    ),
    "key.unknown": Rule(
        "acts-v1 9", "The key is not one of this person's keys.", "Цей ключ не належить цій особі."
    ),
    "key.not-for-acts": Rule(
        "entry-v1 7", "The key is for sessions, not for acts.", "Цей ключ — для сеансів, а не для дій."
    ),
    "key.unconfirmed": Rule(
        "acts-v1 9",
        "The person has not confirmed this key yet.",
        "Особа ще не підтвердила цей ключ.",
    ),
    "key.ended": Rule("acts-v1 9", "The key was revoked.", "Ключ відкликано."),
    "key.weak": Rule(
        "entry-v1 7",
        "The key is weak: a signature under it binds nobody.",
        "Ключ слабкий: підпис ним нікого не зобов'язує.",
    ),
    "service.own-types": Rule(
        "acts-v1 8",
        "The service signs only the types that are its own.",
        "Служба підписує лише власні види дій.",
    ),
    "service.only": Rule(
        "acts-v1 8", "Only the service may sign this type.", "Цю дію може підписати лише служба."
    ),
    "service.stream": Rule(
        "acts-v1 8",
        "The stream does not carry the exhibit's own number.",
        "Потік не має номера цього речового доказу.",
    ),
    "role.administrator": Rule(
        "acts-v1 9", "Only an administrator may do this.", "Це може лише адміністратор."
    ),
    "role.administrator-excluded": Rule(
        "acts-v1 9",
        "An administrator may not handle evidence.",
        "Адміністратор не може працювати з доказами.",
    ),
    "role.officer": Rule(
        "acts-v1 9",
        "Only a person with the ledger-wide role officer may do this.",
        "Це може лише особа з роллю офіцера в реєстрі.",
    ),
    "role.in-case": Rule(
        "acts-v1 9",
        "The person does not have the role in this case that the act needs.",
        "Особа не має у справі ролі, потрібної для цієї дії.",
    ),
    # --- the ledger ---
    "ledger.founded-once": Rule(
        "acts-v1 3",
        "A ledger is founded once, by its first entry.",
        "Реєстр засновують один раз, першим записом.",
    ),
    "ledger.founder-signs": Rule(
        "acts-v1 3",
        "The founding is signed by the founder's key that it carries.",
        "Заснування підписує ключ засновника, що міститься в ньому.",
    ),
    "ledger.founder-apart": Rule(
        "acts-v1 3",
        "The founder and the service are two persons with keys of their own.",
        "Засновник і служба — дві особи з окремими ключами.",
    ),
    "ledger.log-name": Rule(
        "acts-v1 3",
        "A log key bears the origin as its name.",
        "Ключ журналу має за назву походження реєстру.",
    ),
    # --- persons ---
    "person.unknown": Rule("acts-v1 4", "Nobody enrolled that person.", "Ту особу ніхто не зареєстрував."),
    "person.already-enrolled": Rule(
        "acts-v1 4", "The person is enrolled already.", "Особу вже зареєстровано."
    ),
    "person.not-oneself": Rule(
        "acts-v1 4", "Nobody may do this for themself.", "Ніхто не може зробити це для себе."
    ),
    "person.only-oneself": Rule("acts-v1 4", "Only the person may do this.", "Це може лише сама особа."),
    "person.oneself-or-administrator": Rule(
        "acts-v1 4",
        "Only the person or an administrator may do this.",
        "Це може лише сама особа або адміністратор.",
    ),
    "person.already-inactive": Rule(
        "acts-v1 4", "The person is deactivated already.", "Особу вже деактивовано."
    ),
    "person.already-active": Rule("acts-v1 4", "The person is active.", "Особа активна."),
    "key.not-awaiting": Rule(
        "acts-v1 4",
        "The key does not wait for confirmation, or is not the key that signs.",
        "Ключ не чекає на підтвердження або підписує інший ключ.",
    ),
    "key.known": Rule("acts-v1 4", "The key is known already.", "Цей ключ уже відомий."),
    "key.proof": Rule(
        "acts-v1 4",
        "A session key comes with proof of possession, a key for acts without.",
        "Ключ сеансів додають із доказом володіння, ключ дій — без нього.",
    ),
    "key.not-theirs": Rule("acts-v1 4", "The person has no such key.", "Особа не має такого ключа."),
    "key.already-ended": Rule("acts-v1 4", "The key was revoked before.", "Ключ уже відкликано раніше."),
    "key.last": Rule(
        "acts-v1 4",
        "An administrator's last good key for acts is revoked by another administrator, or after a new one.",
        "Останній чинний ключ адміністратора відкликає інший адміністратор, або після додання нового.",
    ),
    "recovery.unknown": Rule(
        "acts-v1 4", "There is no such proposal for this person.", "Для цієї особи немає такої пропозиції."
    ),
    "recovery.already-approved": Rule(
        "acts-v1 4", "The proposal was approved before.", "Пропозицію вже схвалено."
    ),
    "recovery.second-administrator": Rule(
        "acts-v1 4",
        "A second administrator approves, not the one who proposed.",
        "Схвалює інший адміністратор, а не той, хто запропонував.",
    ),
    "role.already-held": Rule("acts-v1 4", "The person has this role already.", "Особа вже має цю роль."),
    "role.not-held": Rule("acts-v1 4", "The person does not have this role.", "Особа не має цієї ролі."),
    "role.service": Rule("acts-v1 8", "The service holds no other role.", "Служба не має жодної іншої ролі."),
    # --- cases ---
    "case.unknown": Rule("acts-v1 5", "There is no such case.", "Такої справи немає."),
    "case.closed": Rule("acts-v1 5", "The case is closed.", "Справу закрито."),
    "case.not-closed": Rule("acts-v1 5", "The case is not closed.", "Справу не закрито."),
    "case.member-known": Rule(
        "acts-v1 5", "The person has this role in the case already.", "Особа вже має цю роль у справі."
    ),
    "case.member-unknown": Rule(
        "acts-v1 5", "The person does not have this role in the case.", "Особа не має цієї ролі у справі."
    ),
    "case.last-officer": Rule(
        "acts-v1 5", "The last officer of an open case stays.", "Останній офіцер відкритої справи лишається."
    ),
    "person.inactive": Rule("acts-v1 5", "That person is deactivated.", "Ту особу деактивовано."),
    # --- exhibits ---
    "exhibit.unknown": Rule(
        "continuity-v1 2",
        "There is no such exhibit: each exhibit begins with an intake.",
        "Такого речового доказу немає: кожен починається з прийняття.",
    ),
    "exhibit.file-count": Rule(
        "acts-v1 6",
        "A digital exhibit has 1 to 250 files, a physical one none.",
        "Цифровий доказ має від 1 до 250 файлів, фізичний — жодного.",
    ),
    "exhibit.other-kind": Rule(
        "acts-v1 6",
        "This member belongs to exhibits of the other kind.",
        "Це поле належить доказам іншого виду.",
    ),
    "exhibit.file-unknown": Rule(
        "acts-v1 6", "The exhibit has no such file.", "Речовий доказ не має такого файлу."
    ),
    "exhibit.in-error": Rule(
        "acts-v1 6",
        "The exhibit is marked as recorded in error.",
        "Речовий доказ позначено як записаний помилково.",
    ),
    "exhibit.act-unknown": Rule(
        "acts-v1 6",
        "There is no such intake, amendment or move of this exhibit.",
        "Такого прийняття, змінення чи переміщення цього доказу немає.",
    ),
    "exhibit.already-in-error": Rule("acts-v1 6", "The act is marked already.", "Дію вже позначено."),
    "exhibit.duplicate": Rule(
        "acts-v1 6",
        "A duplicate names another exhibit that exists, and marks the intake.",
        "Дублікат називає інший наявний доказ і позначає прийняття.",
    ),
    "exhibit.same-case": Rule(
        "acts-v1 6", "The exhibit is in that case already.", "Речовий доказ уже в цій справі."
    ),
    "exhibit.from-case": Rule(
        "acts-v1 6",
        "The exhibit is not in the case named as its present one.",
        "Речовий доказ не у справі, названій як теперішня.",
    ),
    # --- continuity ---
    "continuity.order": Rule(
        "continuity-v1 2",
        "The act is claimed to be earlier than the act before it.",
        "Зазначений час дії раніший за попередню дію.",
    ),
    "continuity.before-collection": Rule(
        "continuity-v1 2",
        "The act is claimed to be earlier than the collection.",
        "Зазначений час дії раніший за вилучення.",
    ),
    "continuity.custodian": Rule(
        "continuity-v1 2",
        "Only the custodian, who is answerable now, may do this.",
        "Це може лише зберігач, відповідальний зараз.",
    ),
    "continuity.same-person": Rule(
        "continuity-v1 2",
        "Who releases and who receives are two persons.",
        "Хто передає і хто приймає — дві особи.",
    ),
    "transfer.already-offered": Rule(
        "continuity-v1 2",
        "An earlier offer still waits for an answer.",
        "Попередня передача ще чекає на відповідь.",
    ),
    "transfer.receiver": Rule(
        "continuity-v1 2",
        "The receiver may not hold this exhibit: inactive, unconfirmed, administrator, or without a role in the case.",
        "Отримувач не може тримати цей доказ: неактивний, не підтверджений, адміністратор або без ролі у справі.",
    ),
    "transfer.not-open": Rule("continuity-v1 2", "This offer is not open.", "Ця передача не відкрита."),
    "transfer.addressee": Rule(
        "continuity-v1 2",
        "Only the person to whom it was offered may answer.",
        "Відповісти може лише той, кому передають.",
    ),
    "transfer.offerer": Rule(
        "continuity-v1 2",
        "Only the person who offered may withdraw.",
        "Відкликати може лише той, хто передає.",
    ),
    "transfer.rehash": Rule(
        "continuity-v1 2",
        "A digital exhibit is accepted with an outcome for each of its files, and a physical one with none.",
        "Цифровий доказ приймають із висновком щодо кожного файлу, фізичний — без нього.",
    ),
    "outcome.worst": Rule(
        "acts-v1 2",
        "The outcome as a whole is the worst of the files' outcomes.",
        "Загальний висновок — найгірший із висновків щодо файлів.",
    ),
    # --- bundles ---
    "bundle.scope": Rule(
        "bundle-v1 8",
        "A bundle is of a whole case, or of 1 to 1,000 exhibits.",
        "Пакет складають зі справи цілком або з 1–1000 доказів.",
    ),
    "bundle.request": Rule(
        "bundle-v1 8",
        "The sealing does not directly follow its request, or names another one.",
        "Запечатування не йде одразу за запитом або називає інший.",
    ),
    "bundle.at": Rule(
        "bundle-v1 8",
        "The sealing speaks of a tree that is not between the request and itself.",
        "Запечатування говорить про дерево не між запитом і собою.",
    ),
    "bundle.sealing": Rule(
        "bundle-v1 8",
        "The issue names another sealing than that of its stream.",
        "Видача називає інше запечатування, ніж у її потоці.",
    ),
    "bundle.issue": Rule(
        "bundle-v1 8", "There is no such issue of this bundle.", "Такої видачі цього пакета немає."
    ),
    # --- clocks ---
    "clock.ahead": Rule(
        "entry-v1 9",
        "The act is claimed to be more than 5 minutes in the future.",
        "Зазначений час дії більш ніж на 5 хвилин у майбутньому.",
    ),
    "clock.correction": Rule(
        "acts-v1 3",
        "A correction of the clock names the time of the newest entry.",
        "Виправлення годинника називає час найновішого запису.",
    ),
}
