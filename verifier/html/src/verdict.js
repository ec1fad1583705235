// Findings gathered, and the six answers that follow from them (verdict-v1, 2; continuity-v1, 5).

import { clauseOf, sentence } from './texts.js';

export const QUESTIONS = ['integrity', 'authorship', 'order', 'time', 'continuity', 'files'];

export class Findings {
  constructor() {
    this.byQuestion = Object.fromEntries(QUESTIONS.map((question) => [question, { checks: 0, findings: new Map() }]));
  }

  // One check was made of the question; what it found comes by `add`.
  count(question, checks = 1) {
    this.byQuestion[question].checks += checks;
  }

  add(question, code, weight, entries = [], text = '') {
    const key = `${code} ${weight} ${entries.join(' ')}`;
    const { findings } = this.byQuestion[question];
    if (!findings.has(key)) findings.set(key, { clause: clauseOf(code), code, entries, text: text || sentence(code, 'en'), weight });
  }

  fail(questions, code, entries = [], text = '') {
    for (const question of [questions].flat()) this.add(question, code, 'fails', entries, text);
  }

  notChecked(questions, code, entries = [], text = '') {
    for (const question of [questions].flat()) this.add(question, code, 'not-checked', entries, text);
  }

  note(question, code, entries = [], text = '') {
    this.add(question, code, 'noted', entries, text);
  }

  has(code) {
    return QUESTIONS.some((question) => [...this.byQuestion[question].findings.values()].some((finding) => finding.code === code));
  }

  // Answer, basis, number of checks and findings of one question.
  answer(question, basis) {
    const { checks, findings } = this.byQuestion[question];
    const list = [...findings.values()];
    const fails = list.some((finding) => finding.weight === 'fails');
    const open = checks === 0 || list.some((finding) => finding.weight === 'not-checked');
    const answer = fails ? 'fails' : open ? 'not-checked' : 'holds';
    return { answer, basis: answer === 'not-checked' ? 'not-checked' : basis, checks, findings: list };
  }
}

// Exit status of the answers, given the required questions (continuity-v1, 5).
export function exitOf(questions, required) {
  const answers = Object.values(questions).map((question) => question.answer);
  if (answers.includes('fails')) return 1;
  return required.every((question) => questions[question].answer === 'holds') ? 0 : 3;
}
