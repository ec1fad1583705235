// The verdict for people: banner, six answers with their findings, the story, and the JSON for programs.
import { QUESTIONS } from './verdict.js';
import { sentence } from './texts.js';

function element(name, text = '', className = '') {
  const made = document.createElement(name);
  if (text !== '') made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

function row(cells, name = 'td') {
  const made = element('tr');
  cells.forEach((cell, i) => {
    const held = element(i === 0 && name === 'td' ? 'th' : name);
    if (held.localName === 'th') held.scope = name === 'th' ? 'col' : 'row';
    held.append(cell);
    made.append(held);
  });
  return made;
}

function table(caption, head, rows) {
  const frame = element('div', '', 'frame');
  frame.tabIndex = 0;
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', caption);
  const made = element('table');
  made.append(element('caption', caption));
  const top = element('thead');
  top.append(row(head, 'th'));
  const body = element('tbody');
  body.append(...rows);
  made.append(top, body);
  frame.append(made);
  return frame;
}

// Indexes as runs: 0–3, 7.
function runsOf(entries) {
  const runs = [];
  for (const entry of entries) {
    if (runs.length > 0 && runs.at(-1)[1] === entry - 1) runs.at(-1)[1] = entry;
    else runs.push([entry, entry]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}

function findingsList(findings, language) {
  const list = element('ul');
  for (const { code, entries, weight, text } of findings) {
    const item = element('li', '', weight);
    const where = entries.length > 0 ? ` ${sentence('page.entries', language)} ${runsOf(entries)}.` : '';
    item.append(element('strong', sentence(`weight.${weight}`, language)), ` ${sentence(code, language)}${where} `, element('code', code));
    if (text !== sentence(code, 'en')) item.append(' ', element('small', text));
    list.append(item);
  }
  return findings.length > 0 ? list : element('span', '—');
}

function answers(verdict, language) {
  const say = (code) => sentence(code, language);
  const rows = QUESTIONS.map((question) => {
    const { answer, basis, findings } = verdict.questions[question];
    const name = element('span', say(`question.${question}`));
    const told = element('span', say(`answer.${answer}`), `answer ${answer}`);
    return row([name, told, say(`basis.${basis}`), findingsList(findings, language)]);
  });
  const head = ['page.question', 'page.answer', 'page.basis', 'page.findings'].map(say);
  return table(say('page.answers'), head, rows);
}

function story(verdict, language) {
  const say = (code) => sentence(code, language);
  const rows = verdict.story.map((entry) => {
    const who = entry.name ?? entry.person.slice(0, 15);
    const to = entry.to === null ? '' : ` → ${entry.to_name ?? entry.to.slice(0, 15)}`;
    const what = `${entry.type}${entry.title ? `: ${entry.title}` : ''}${to}`;
    const [occurred, recorded] = [entry.occurred_at, entry.recorded_at].map((instant) => element('span', instant, 'instant'));
    return row([String(entry.index), occurred, recorded, who, what, entry.stream.slice(0, 16)]);
  });
  const head = ['page.index', 'page.occurred', 'page.recorded', 'page.who', 'page.what', 'page.stream'].map(say);
  return table(say('page.story'), head, rows);
}

function facts(verdict, name, language) {
  const { subject, witnesses, grade } = verdict;
  const list = element('dl');
  const told = [
    ['page.file', name], ['page.bundle', subject.bundle], ['page.ledger', subject.ledger ?? '—'], ['page.origin', subject.origin], ['page.made', subject.made_at],
    ['page.at', `${subject.at} / ${subject.size}`], ['page.grade', sentence(`grade.${grade}`, language)],
    ['page.witnesses', witnesses ? `${witnesses.asked}: ${witnesses.counted.join(', ') || '—'}` : '—'],
  ];
  for (const [code, value] of told) list.append(element('dt', sentence(code, language)), element('dd', value));
  return list;
}

function json(verdict, language) {
  const { story: _, ...plain } = verdict;
  const details = element('details', '', 'json');
  const text = element('pre', JSON.stringify(plain, null, 1));
  text.id = 'json';
  text.tabIndex = 0;
  details.append(element('summary', sentence('page.json', language)), text);
  return details;
}

export function showVerdict(place, verdict, language, name) {
  const headings = ['exit.0', 'exit.1', 'exit.2', 'exit.3'];
  const banner = element('h2', sentence(headings[verdict.exit], language), `banner exit-${verdict.exit}`);
  place.append(banner, facts(verdict, name, language), answers(verdict, language), story(verdict, language), json(verdict, language));
}
