// The entries judged again, in ledger order (continuity-v1, 4): order, time, authorship, uniqueness.
import { brokenActor } from './authority.js';
import { isFormed, isValueFormed, TYPES } from './catalogue.js';
import { fromBase64 } from './base64.js';
import { hexOf } from './bytes.js';
import { recordedInstant } from './grammars.js';
import { CASE_RULES } from './rules-cases.js';
import { EXHIBIT_RULES } from './rules-exhibits.js';
import { PERSON_RULES } from './rules-persons.js';
import { State } from './state.js';
import { Uniqueness } from './uniqueness.js';

const RULES = { ...PERSON_RULES, ...CASE_RULES, ...EXHIBIT_RULES };
const SERVICE_TYPES = ['access.recorded.v1', 'fixity.checked.v1', 'bundle.sealed.v1', 'bundle.issued.v1'];
const BEGUN = ['case.opened.v1', 'exhibit.received.v1', 'bundle.requested.v1'];
const NUMBERED = ['exhibit.received.v1', 'exhibit.case-corrected.v1'];
const UNSIGNED = [
  'act.unknown-type', 'act.wrong-stream', 'act.malformed', 'act.other-ledger', 'act.nothing-seen', 'actor.unknown', 'key.unknown', 'order.stream-missing',
];
const MINUTE = 60000000n;

function questionOf(rule) {
  const [first] = rule.split('.');
  if (['continuity', 'transfer', 'exhibit', 'outcome'].includes(first)) return 'continuity';
  if (first === 'act') return rule === 'act.malformed' || rule === 'act.unknown-type' ? 'authorship' : 'order';
  if (first === 'stream' || first === 'order') return 'order';
  return first === 'clock' ? 'time' : 'authorship';
}

export class Replay {
  // facts: given (set of streams, or null for a whole ledger), ledger (id), rootAt(size): bytes or undefined.
  constructor(findings, facts) {
    this.findings = findings;
    this.facts = facts;
    this.state = new State(facts.given);
    this.uniqueness = new Uniqueness();
    this.heads = new Map();
    this.byIndex = new Map();
    this.before = null;
    this.compromised = new Map();
  }

  // All entries, each with `index`, by ascending index.
  judge(entries) {
    for (const entry of entries) this.byIndex.set(entry.index, entry);
    this.findCompromised(entries);
    for (const entry of entries) this.judgeOne(entry);
    return this.state;
  }

  findCompromised(entries) {
    for (const { act } of entries) {
      if (act.type !== 'person.key-revoked.v1' || !isFormed(act) || act.public.untrusted_since === null) continue;
      const key = `${act.stream} ${act.public.key}`;
      const since = recordedInstant(act.public.untrusted_since);
      if (!this.compromised.has(key) || since < this.compromised.get(key)) this.compromised.set(key, since);
    }
  }

  judgeOne(entry) {
    entry.before = this.before;
    const known = Object.hasOwn(TYPES, entry.act.type);
    const formed = known && isFormed(entry.act) && [...entry.values].every(([name, value]) => isValueFormed(entry.act, name, value));
    entry.formed = known && isFormed(entry.act);
    this.judgeOrder(entry);
    this.judgeTime(entry);
    this.judgeType(entry, known, formed);
    this.judgeSignature(entry);
    if (entry.formed) for (const code of this.uniqueness.take(entry)) this.findings.fail('authorship', code, [entry.index]);
    this.judgeNumber(entry);
    this.state.fold(entry, entry.formed);
    this.before = entry;
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
    if (size > index) {
      this.findings.fail('order', 'order.seen-ahead', [index]);
      return;
    }
    const known = this.facts.rootAt(size);
    if (known && hexOf(known) !== hexOf(fromBase64(root))) this.findings.fail('order', 'order.seen', [index]);
    if (this.facts.given) return;
    const outgrown = size === index ? null : this.byIndex.get(size);
    const old = outgrown && entry.recorded - outgrown.recorded > 15n * MINUTE;
    if (old && act.public.late !== true) this.findings.fail('order', 'order.seen-old', [index]);
  }

  judgeTime(entry) {
    const { index } = entry;
    if (entry.act.type === 'ledger.clock-corrected.v1') this.findings.note('time', 'time.clock-corrected', [index]);
    else if (this.before && entry.recorded < this.before.recorded) this.findings.fail('time', 'time.recorded-backwards', [index]);
    if (entry.occurred > entry.recorded + 5n * MINUTE) this.findings.fail('time', 'clock.ahead', [index]);
  }

  judgeType(entry, known, formed) {
    const { act, index } = entry;
    entry.broken = this.firstBroken(entry, known, formed);
    if (!known) {
      this.findings.notChecked('authorship', 'act.unknown-type', [index]);
      if (act.stream.startsWith('exhibit/')) this.findings.notChecked('continuity', 'act.unknown-type', [index]);
    } else if (entry.broken === 'order.stream-missing') {
      this.findings.notChecked('authorship', entry.broken, [index]);
    } else if (entry.broken !== null) {
      this.findings.fail(questionOf(entry.broken), entry.broken, [index]);
    }
  }

  // The first rule that the act breaks, in the order of verdict-v1, 3, or null.
  firstBroken(entry, known, formed) {
    const { act } = entry;
    const { state } = this;
    if (!known) return 'act.unknown-type';
    if (!act.stream.startsWith(`${TYPES[act.type].stream}/`)) return 'act.wrong-stream';
    if (!formed) return 'act.malformed';
    if (act.type !== 'ledger.founded.v1') {
      if (act.ledger !== this.facts.ledger) return 'act.other-ledger';
      if (act.seen === null) return 'act.nothing-seen';
      const actor = brokenActor(state, act, act.type === 'person.confirmed.v1') ?? this.brokenService(act);
      if (actor !== null) return actor;
    }
    if (BEGUN.includes(act.type) && state.begun.has(act.stream)) return 'stream.begun';
    return RULES[act.type](state, entry).find(Boolean) ?? null;
  }

  brokenService(act) {
    const own = SERVICE_TYPES.includes(act.type);
    if (this.state.isService(act.actor.person)) return own || act.type === 'person.confirmed.v1' ? null : 'service.own-types';
    return own ? 'service.only' : null;
  }

  // Where the actor's key is known at all: of others the rules have spoken.
  judgeSignature(entry) {
    const { index, act } = entry;
    const judged = !UNSIGNED.includes(entry.broken);
    if (judged) this.findings.count('authorship');
    if (judged && act.stream.startsWith('exhibit/')) this.findings.count('continuity');
    if (entry.signedBy === 'refused' && judged) this.findings.fail('authorship', 'signature.refused', [index]);
    if (entry.signedBy === 'unsupported') this.findings.notChecked('authorship', 'signature.unsupported', [index]);
    if (entry.signedBy === 'unknown') this.findings.notChecked('authorship', 'signature.newer', [index]);
    if (!entry.proven) this.findings.fail('authorship', 'key.no-proof', [index]);
    const since = this.compromised.get(`${act.actor.person} ${act.actor.key}`);
    if (since !== undefined && entry.recorded >= since) this.findings.notChecked('authorship', 'key.reported-compromised', [index]);
  }

  judgeNumber(entry) {
    const { act, index } = entry;
    if (entry.broken !== null) return;
    const given = entry.assigned.ordinal;
    const due = NUMBERED.includes(act.type) && entry.formed;
    const last = due ? (this.state.cases.get(act.public.case)?.ordinal ?? 0) : 0;
    const right = this.facts.given ? given > last : given === last + 1;
    if (due ? !right : given !== undefined) this.findings.fail('order', 'order.ordinal', [index]);
  }
}
