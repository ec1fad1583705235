// The judgement over the steps of one exhibit: one answerable custodian, no unexplained gap (continuity-v1, 3).
import { claimedInstant, fits } from './grammars.js';

const MINUTE_LONG = 60000000n;
const DAY = 24n * 60n * MINUTE_LONG;
const ANSWERS = ['transfer.accepted.v1', 'transfer.declined.v1', 'transfer.withdrawn.v1'];

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const memberOf = (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);

class Judgement {
  constructor(findings) {
    this.findings = findings;
    this.begun = false;
    this.custodian = null;
    this.collected = null;
    this.last = null;
    this.seal = undefined;
    this.offers = new Map();
    this.waiting = new Map();
  }

  fail(code, entry) {
    this.findings.fail('continuity', code, [entry.index]);
  }

  note(code, entry) {
    this.findings.note('continuity', code, [entry.index]);
  }

  intake(entry) {
    const { act, values } = entry;
    this.seal = values.has('seal') ? values.get('seal') : undefined;
    const collected = act.public.collected_at;
    if (!fits('claimed instant', collected)) return;
    this.collected = claimedInstant(collected);
    if (entry.occurred - this.collected > DAY) this.note('continuity.before-intake', entry);
  }

  parties(entry) {
    const { act } = entry;
    let releaser = act.actor.person;
    if (act.type === 'transfer.accepted.v1') {
      releaser = this.offers.get(act.public.offer) ?? null;
      if (releaser === null) this.fail('continuity.no-receiver', entry);
      else if (releaser === act.actor.person) this.fail('continuity.same-person', entry);
    }
    if (this.custodian !== null && releaser !== this.custodian) this.fail('continuity.custodian', entry);
  }

  // An intake, a move or an accepted transfer.
  step(entry) {
    const { act } = entry;
    if (act.type === 'exhibit.received.v1') this.intake(entry);
    else {
      if (!this.begun) this.fail('exhibit.unknown', entry);
      this.parties(entry);
    }
    this.begun = true;
    if (this.collected !== null && entry.occurred < this.collected) this.fail('continuity.before-collection', entry);
    if (this.last !== null && entry.occurred < this.last) this.fail('continuity.order', entry);
    this.last = entry.occurred;
    if (act.type !== 'exhibit.moved.v1') this.custodian = act.actor.person;
  }

  sealFound(entry, seal) {
    const applied = this.seal;
    if (isObject(seal)) {
      if (applied !== undefined && memberOf(seal, 'number') !== memberOf(applied, 'number')) this.fail('continuity.seal-mismatch', entry);
      if (memberOf(seal, 'intact') === false) this.fail('continuity.seal-broken', entry);
    } else if (applied !== undefined && applied !== null && entry.act.type === 'transfer.accepted.v1') {
      this.note('continuity.seal-not-checked', entry);
    }
  }

  take(entry) {
    const { act, values } = entry;
    if (['exhibit.received.v1', 'exhibit.moved.v1', 'transfer.accepted.v1'].includes(act.type)) this.step(entry);
    if (act.type === 'transfer.offered.v1') {
      this.offers.set(entry.actHash, act.actor.person);
      this.waiting.set(entry.actHash, entry);
    }
    if (ANSWERS.includes(act.type)) this.waiting.delete(act.public.offer);
    if (Object.hasOwn(act.public, 'late') || entry.recorded - entry.occurred > 15n * MINUTE_LONG) this.note('continuity.late', entry);
    if (act.type === 'exhibit.recorded-in-error.v1') this.note('continuity.recorded-in-error', entry);
    if (act.type === 'exhibit.case-corrected.v1') this.note('continuity.case-corrected', entry);
    const outcome = memberOf(values.get('rehash'), 'outcome');
    if (outcome === 'mismatch') this.fail('continuity.rehash-mismatch', entry);
    if (outcome === 'not-checked') this.note('continuity.rehash-not-checked', entry);
    if (act.type.startsWith('transfer.') && values.has('seal')) this.sealFound(entry, values.get('seal'));
  }
}

// Judges the entries of one exhibit's stream, in order.
export function judgeExhibit(findings, entries) {
  const judgement = new Judgement(findings);
  for (const entry of entries) judgement.take(entry);
  if (!judgement.begun) findings.fail('continuity', 'exhibit.unknown');
  for (const entry of judgement.waiting.values()) judgement.note('continuity.offer-open', entry);
}
