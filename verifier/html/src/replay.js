// The entries judged again, in ledger order (continuity-v1, 4): order, time, authorship, uniqueness.
import { ruleActor } from './authority.js';
import { Broken, rule } from './breaking.js';
import { isFormed, isValueFormed, TYPES } from './catalogue.js';
import { fromBase64 } from './base64.js';
import { hexOf } from './bytes.js';
import { CASE_RULES } from './rules-cases.js';
import { EXHIBIT_RULES } from './rules-exhibits.js';
import { founded, PERSON_RULES } from './rules-persons.js';
import { State } from './state.js';
import { Uniqueness } from './uniqueness.js';

const RULES = { ...PERSON_RULES, ...CASE_RULES, ...EXHIBIT_RULES };
const NUMBERED = ['exhibit.received.v1', 'exhibit.case-corrected.v1'];
const FOUNDED = 'ledger.founded.v1';
const MINUTE = 60000000n;

function questionOf(code) {
  const [first] = code.split('.');
  if (code === 'act.malformed' || code === 'act.unknown-type') return 'authorship';
  if (['continuity', 'transfer', 'exhibit', 'outcome'].includes(first)) return 'continuity';
  if (['act', 'stream', 'order'].includes(first)) return 'order';
  return first === 'clock' ? 'time' : 'authorship';
}

export class Replay {
  // facts: given (set of streams, or null for a whole ledger), rootAt(size): bytes or undefined.
  constructor(findings, facts) {
    this.findings = findings;
    this.facts = facts;
    this.state = new State(facts.given);
    this.uniqueness = new Uniqueness();
    this.heads = new Map();
    this.byIndex = new Map();
    this.seen = new Set();
    this.before = null;
    this.signed = [];
  }

  // All entries, each with `index`, by ascending index.
  judge(entries) {
    for (const entry of entries) this.byIndex.set(entry.index, entry);
    for (const entry of entries) this.judgeOne(entry);
    for (const { entry, key } of this.signed) {
      const late = key.since !== null && entry.recorded >= key.since;
      if (late) this.findings.notChecked('authorship', 'key.reported-compromised', [entry.index]);
    }
    return this.state;
  }

  judgeOne(entry) {
    const { act } = entry;
    this.state.asked.clear();
    entry.formed = Object.hasOwn(TYPES, act.type) && act.stream.startsWith(`${TYPES[act.type].stream}/`) && isFormed(act);
    this.judgeOrder(entry);
    this.judgeTime(entry);
    let key = this.state.keyOf(act);
    entry.broken = this.judgeRules(entry, key);
    if (entry.broken === null) this.judgeAllowed(entry);
    this.state.fold(entry, entry.formed);
    if (entry.formed && act.type === FOUNDED) key ??= this.state.keyOf(act);
    if (key !== null) this.judgeSignature(entry, key);
    this.before = entry;
  }

  // What only an act that breaks no rule may have, take and count for.
  judgeAllowed(entry) {
    this.judgeNumber(entry);
    for (const code of this.uniqueness.take(entry)) this.findings.fail(code === 'unique.key' ? 'authorship' : 'continuity', code, [entry.index]);
    if (entry.act.stream.startsWith('exhibit/')) this.findings.count('continuity');
  }

  judgeOrder(entry) {
    const { act, index } = entry;
    const head = this.heads.get(act.stream);
    const follows = head ? act.version === head.act.version + 1 && act.previous === head.actHash : act.version === 1;
    this.findings.count('order');
    if (!follows) this.findings.fail('order', 'order.chain', [index]);
    this.heads.set(act.stream, entry);
    if (act.seen !== null) this.judgeSeen(entry);
  }

  judgeSeen(entry) {
    const { act, index } = entry;
    const { size, root } = act.seen;
    const known = this.facts.rootAt(size);
    const first = !this.seen.has(`${size} ${root}`);
    this.seen.add(`${size} ${root}`);
    if (first && known && hexOf(known) !== hexOf(fromBase64(root))) this.findings.fail('order', 'order.seen', [index]);
    if (size > index) this.findings.fail('order', 'order.seen-ahead', [index]);
    if (size > index || this.facts.given) return;
    const outgrown = size === index ? null : this.byIndex.get(size);
    const old = outgrown && entry.recorded - outgrown.recorded > 15n * MINUTE;
    if (old && !Object.hasOwn(act.public, 'late')) this.findings.fail('order', 'order.seen-old', [index]);
  }

  judgeTime(entry) {
    const { act, index } = entry;
    const { before } = this;
    if (before && act.type === 'ledger.clock-corrected.v1') {
      this.findings.note('time', 'time.clock-corrected', [index]);
      const differs = act.public.previous_recorded_at !== before.recorded_at;
      if (before.index === index - 1 && differs) this.findings.fail('time', 'clock.correction', [index]);
    } else if (before && entry.recorded < before.recorded) {
      this.findings.fail('time', 'time.recorded-backwards', [index]);
    }
    if (entry.occurred > entry.recorded + 5n * MINUTE) this.findings.fail('time', 'clock.ahead', [index]);
  }

  // The first rule that the act breaks, or null; what follows from it is found.
  judgeRules(entry, key) {
    const { act, index } = entry;
    const code = this.firstBroken(entry);
    if (code === null) return null;
    if (code === 'act.unknown-type') {
      this.findings.notChecked(act.stream.startsWith('exhibit/') ? ['authorship', 'continuity'] : 'authorship', code, [index]);
    } else if (code !== 'act.malformed' && this.state.asked.size > 0) {
      this.findings.notChecked('authorship', 'order.stream-missing', [index]);
    } else {
      this.findings.fail(questionOf(code), code, [index]);
      if (questionOf(code) === 'order' && key === null && act.type !== FOUNDED) this.findings.notChecked('authorship', 'signature.not-checked', [index]);
    }
    return code;
  }

  firstBroken(entry) {
    try {
      this.demandRules(entry);
      return null;
    } catch (error) {
      if (error instanceof Broken) return error.code;
      throw error;
    }
  }

  demandRules(entry) {
    const { act, values } = entry;
    const { state } = this;
    rule(Object.hasOwn(TYPES, act.type), 'act.unknown-type');
    rule(act.stream.startsWith(`${TYPES[act.type].stream}/`), 'act.wrong-stream');
    rule(entry.formed && [...values].every(([name, value]) => isValueFormed(act, name, value)), 'act.malformed');
    if (act.type === FOUNDED) {
      founded(state, entry);
      return;
    }
    rule(act.ledger !== null && act.ledger === state.ledger, 'act.other-ledger');
    rule(act.seen !== null, 'act.nothing-seen');
    ruleActor(state, act);
    RULES[act.type](state, entry);
  }

  judgeSignature(entry, key) {
    const { index, act } = entry;
    this.findings.count('authorship');
    if (entry.signedBy === 'refused' || entry.signedBy === 'no key') this.findings.fail('authorship', 'signature.refused', [index]);
    if (entry.signedBy === 'unsupported') this.findings.notChecked('authorship', 'signature.unsupported', [index]);
    if (entry.signedBy === 'unknown') this.findings.notChecked('authorship', 'signature.newer', [index]);
    if (entry.broken !== null) return;
    if (act.type === 'person.key-added.v1' && !entry.proven) this.findings.fail('authorship', 'key.no-proof', [index]);
    this.signed.push({ entry, key });
  }

  judgeNumber(entry) {
    const { act, index } = entry;
    const given = entry.assigned.ordinal;
    if (!NUMBERED.includes(act.type)) {
      if (given !== undefined) this.findings.fail('order', 'order.ordinal', [index]);
      return;
    }
    const held = this.state.cases.get(act.public.case);
    const due = held.ordinal + 1;
    if (this.facts.given ? !(given >= due) : given !== due) this.findings.fail('order', 'order.ordinal', [index]);
    held.ordinal = given ?? due;
  }
}
