// Values that only one entry may take: keys, files, case references, seals (acts-v1, 1.5; continuity-v1, 4.4).
import { fromBase64 } from './base64.js';
import { fingerprintOf } from './keys.js';

// The key objects that the public members of a formed act carry.
export function carriedKeys(act) {
  const given = act.public;
  if (act.type === 'ledger.founded.v1') return [given.founder.key, given.founder.session_key, given.service.key].filter(Boolean);
  const carries = ['person.enrolled.v1', 'person.recovery-proposed.v1', 'person.key-added.v1'].includes(act.type);
  return carries ? [given.key, given.session_key].filter(Boolean) : [];
}

function takenBy(entry) {
  const { act, values } = entry;
  const taken = carriedKeys(act).map((key) => ['unique.key', fingerprintOf(fromBase64(key.spki))]);
  if (act.type === 'case.opened.v1' && values.has('reference')) taken.push(['unique.case-reference', values.get('reference')]);
  if (act.type !== 'exhibit.received.v1') return taken;
  taken.push(...act.public.files.map((file) => ['unique.file', file]));
  if (values.get('seal')) taken.push(['unique.seal', values.get('seal').number]);
  return taken;
}

export class Uniqueness {
  constructor() {
    this.taken = new Set();
  }

  // Codes of the values that an earlier entry has taken; takes those of this one.
  take(entry) {
    const taken = takenBy(entry);
    const codes = taken.filter(([code, value]) => this.taken.has(`${code} ${value}`)).map(([code]) => code);
    for (const [code, value] of taken) this.taken.add(`${code} ${value}`);
    return [...new Set(codes)];
  }
}
