// The judgement over the steps of one exhibit: one answerable custodian, no unexplained gap (continuity-v1, 3).
import { claimedInstant } from './grammars.js';

const MINUTE_LONG = 60000000n;
const DAY = 24n * 60n * MINUTE_LONG;

class Judgement {
  constructor(findings) {
    this.findings = findings;
    this.custodian = null;
    this.collected = null;
    this.last = null;
    this.seal = undefined;
    this.offer = null;
  }

  fail(code, entry) {
    this.findings.fail('continuity', code, [entry.index]);
  }

  note(code, entry) {
    this.findings.note('continuity', code, [entry.index]);
  }

  // A step hands the exhibit from its releaser to its receiver, or leaves it where it is.
  step(entry, releaser) {
    if (this.custodian !== null && releaser !== this.custodian) this.fail('continuity.custodian', entry);
    if (this.collected !== null && entry.occurred < this.collected) this.fail('continuity.before-collection', entry);
    if (this.last !== null && entry.occurred < this.last) this.fail('continuity.order', entry);
    this.last = entry.occurred;
  }

  intake(entry) {
    const { act, values } = entry;
    this.custodian = act.actor.person;
    this.last = entry.occurred;
    if (values.has('seal')) this.seal = values.get('seal');
    if (act.public.collected_at === null) return;
    this.collected = claimedInstant(act.public.collected_at);
    if (entry.occurred < this.collected) this.fail('continuity.before-collection', entry);
    if (entry.occurred - this.collected > DAY) this.note('continuity.before-intake', entry);
  }

  sealNamed(entry, seal) {
    if (!seal) return;
    if (this.seal && seal.number !== this.seal.number) this.fail('continuity.seal-mismatch', entry);
    if (seal.intact === false) this.fail('continuity.seal-broken', entry);
  }

  accepted(entry) {
    const { act, values } = entry;
    const releaser = this.offer?.hash === act.public.offer ? this.offer.by : null;
    if (releaser === null) this.fail('continuity.no-receiver', entry);
    if (releaser === act.actor.person) this.fail('continuity.same-person', entry);
    this.step(entry, releaser);
    this.custodian = act.actor.person;
    this.offer = null;
    const seal = values.get('seal');
    this.sealNamed(entry, seal);
    if (this.seal && seal === null) this.note('continuity.seal-not-checked', entry);
    const rehash = values.get('rehash');
    if (rehash?.outcome === 'mismatch') this.fail('continuity.rehash-mismatch', entry);
    if (rehash?.outcome === 'not-checked') this.note('continuity.rehash-not-checked', entry);
  }

  take(entry) {
    const { act } = entry;
    if (!entry.formed) return;
    if (act.public.late === true || entry.recorded - entry.occurred > 15n * MINUTE_LONG) this.note('continuity.late', entry);
    if (act.type === 'exhibit.received.v1' && this.custodian === null) this.intake(entry);
    if (act.type === 'exhibit.moved.v1') this.step(entry, act.actor.person);
    if (act.type === 'exhibit.recorded-in-error.v1') this.note('continuity.recorded-in-error', entry);
    if (act.type === 'exhibit.case-corrected.v1') this.note('continuity.case-corrected', entry);
    if (act.type === 'transfer.offered.v1') {
      this.offer = { hash: entry.actHash, by: act.actor.person, entry };
      this.sealNamed(entry, entry.values.get('seal'));
    }
    if (act.type === 'transfer.accepted.v1') this.accepted(entry);
    if (act.type === 'transfer.declined.v1' || act.type === 'transfer.withdrawn.v1') this.offer = null;
  }
}

// Judges the entries of one exhibit's stream, in order.
export function judgeExhibit(findings, entries) {
  const judgement = new Judgement(findings);
  const [first] = entries;
  if (first?.act.type !== 'exhibit.received.v1') {
    findings.fail('continuity', 'exhibit.unknown', first ? [first.index] : []);
  }
  for (const entry of entries) judgement.take(entry);
  if (judgement.offer) judgement.note('continuity.offer-open', judgement.offer.entry);
}
