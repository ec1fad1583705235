// The words of the page, in English and Ukrainian; and one place to ask for any sentence.
import { SENTENCES } from './sentences.js';

export const languages = ['uk', 'en'];

const WORDS = {
  'page.title': ['Custody: check a bundle', 'Custody: перевірка пакета'],
  'page.lead': [
    'Checks a court bundle on this computer alone. Nothing is sent anywhere; you may switch the network off.',
    'Перевіряє судовий пакет лише на цьому комп’ютері. Нікуди нічого не надсилається; мережу можна вимкнути.',
  ],
  'page.choose': ['1. The bundle', '1. Пакет'],
  'page.drop': ['Drop the .zip here, or choose it:', 'Перетягніть .zip сюди або оберіть його:'],
  'page.trust': ['2. Whom you trust', '2. Кому ви довіряєте'],
  'page.trust-why': [
    'Trust never comes from the bundle itself. Take this text from a source of your own.',
    'Довіра ніколи не береться із самого пакета. Візьміть цей текст із власного джерела.',
  ],
  'page.policy': ['Policy: logs, witnesses, quorum', 'Політика: журнали, свідки, кворум'],
  'page.policy-file': ['… or a policy file', '… або файл політики'],
  'page.tsa': ['Roots of time-stamping (PEM)', 'Корені служб позначок часу (PEM)'],
  'page.tsa-file': ['… or a PEM file', '… або файл PEM'],
  'page.more': ['More: receipts, known keys, one file', 'Більше: квитанції, відомі ключі, один файл'],
  'page.receipts': ['Receipts (.receipt)', 'Квитанції (.receipt)'],
  'page.log': ['A copy of the log (folder with checkpoint and tile)', 'Копія журналу (тека з checkpoint і tile)'],
  'page.persons': ['Keys of persons that you know: person/<uuid>=<fingerprint>, one a line', 'Відомі вам ключі осіб: person/<uuid>=<відбиток>, по одному на рядок'],
  'page.ledger-id': ['Id of the ledger, known from elsewhere', 'Ідентифікатор реєстру, відомий з іншого джерела'],
  'page.loose': ['Is this file one of those recorded?', 'Чи є цей файл серед записаних?'],
  'page.check': ['Check', 'Перевірити'],
  'page.print': ['Print', 'Друкувати'],
  'page.step.files': ['Reading every byte …', 'Читаю кожен байт …'],
  'page.step.signatures': ['Verifying signatures …', 'Перевіряю підписи …'],
  'page.step.zip': ['Digest of the whole zip …', 'Відбиток усього архіву …'],
  'page.unreadable': ['This cannot be read as a bundle, or what you gave beside it is not of its form (exit status 2):', 'Це не читається як пакет, або подане поруч не за формою (код 2):'],
  'page.fault': ['This page met a fault of its own; it says nothing about the bundle:', 'Сталася помилка самої сторінки; про пакет це нічого не каже:'],
  'page.pins': ['A known key or the ledger’s id is not of its form.', 'Відомий ключ або ідентифікатор реєстру не за формою.'],
  'page.question': ['Question', 'Питання'],
  'page.answer': ['Answer', 'Відповідь'],
  'page.basis': ['Basis', 'Підстава'],
  'page.findings': ['Findings', 'Висновки'],
  'page.answers': ['Six questions', 'Шість питань'],
  'page.entries': ['Entries:', 'Записи:'],
  'page.story': ['The records', 'Записи'],
  'page.index': ['No.', '№'],
  'page.occurred': ['Happened (claimed)', 'Сталося (заявлено)'],
  'page.recorded': ['Recorded', 'Записано'],
  'page.who': ['Who', 'Хто'],
  'page.what': ['What', 'Що'],
  'page.stream': ['Stream', 'Потік'],
  'page.file': ['File', 'Файл'],
  'page.bundle': ['Bundle', 'Пакет'],
  'page.ledger': ['Ledger', 'Реєстр'],
  'page.origin': ['Origin', 'Походження'],
  'page.made': ['Sealed', 'Запечатано'],
  'page.at': ['Size: sealed / checkpoint', 'Розмір: запечатано / контрольна точка'],
  'page.grade': ['Grade', 'Ступінь'],
  'page.witnesses': ['Witnesses: asked, counted', 'Свідки: вимога, враховано'],
  'page.json': ['Verdict for programs (JSON)', 'Вердикт для програм (JSON)'],
  'page.limits': [
    'Not judged by this page: lines of type 0x06 (ML-DSA), the signature of statement.pdf.',
    'Не судить ця сторінка: рядки виду 0x06 (ML-DSA), підпис statement.pdf.',
  ],
  'question.integrity': ['Integrity: is each record and each file what was recorded?', 'Цілісність: чи кожен запис і файл такий, як записано?'],
  'question.authorship': ['Authorship: did the named person act, with a key and a role of theirs?', 'Авторство: чи діяла названа особа, своїм ключем і у своїй ролі?'],
  'question.order': ['Order and completeness: is each record at its place, and nothing removed or slipped in?', 'Порядок і повнота: чи кожен запис на місці, нічого не вилучено й не додано?'],
  'question.time': ['Time: did it exist no later than a third party vouches for?', 'Час: чи існувало це не пізніше, ніж підтверджує третя сторона?'],
  'question.continuity': ['Continuity: was there one answerable custodian at every moment?', 'Безперервність: чи був щомиті один відповідальний зберігач?'],
  'question.files': ['Files: are all bytes present and equal to their digests?', 'Файли: чи всі байти на місці й рівні своїм відбиткам?'],
  'answer.holds': ['holds', 'підтверджено'],
  'answer.fails': ['fails', 'не підтверджено'],
  'answer.not-checked': ['not checked', 'не перевірено'],
  'basis.checked': ['checked', 'перевірено'],
  'basis.attested': ['attested by the ledger', 'засвідчено реєстром'],
  'basis.not-checked': ['not checked', 'не перевірено'],
  'weight.fails': ['Fault:', 'Порушення:'],
  'weight.not-checked': ['Not checked:', 'Не перевірено:'],
  'weight.noted': ['Noted:', 'До відома:'],
  'grade.self-attested': ['self-attested', 'лише слово самого реєстру'],
  'grade.signed': ['signed by a log that you trust', 'підписано журналом, якому ви довіряєте'],
  'grade.time-stamped': ['time-stamped by an authority that you trust', 'з позначкою часу служби, якій ви довіряєте'],
  'grade.witnessed': ['witnessed by other parties that you trust', 'засвідчено іншими сторонами, яким ви довіряєте'],
  'exit.0': ['Every required question holds.', 'Усі потрібні питання підтверджено.'],
  'exit.1': ['Something fails: see the findings.', 'Є порушення: дивіться висновки.'],
  'exit.3': ['Nothing fails, but something required was not checked.', 'Порушень немає, але щось потрібне не перевірено.'],
};

export function sentence(code, language) {
  const found = Object.hasOwn(WORDS, code) ? WORDS[code] : Object.hasOwn(SENTENCES, code) ? SENTENCES[code].slice(1) : [code, code];
  return found[language === 'uk' ? 1 : 0];
}

// The clause of the specification that asks for the check of this code.
export function clauseOf(code) {
  return Object.hasOwn(SENTENCES, code) ? SENTENCES[code][0] : 'verdict-v1 3';
}
