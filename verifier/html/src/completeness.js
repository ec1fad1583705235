// Nothing left out, nothing slipped in: the sealing, the heads and what the entries name (verdict-v1, 3; bundle-v1, 8).
import { hexOf } from './bytes.js';
import { sha256 } from './sha256.js';

const NAMES = ['from', 'case', 'person', 'to', 'requested_by', 'exhibit', 'duplicate_of'];
const NUMBERED_TYPES = ['exhibit.received.v1', 'exhibit.case-corrected.v1'];

// The request and the sealing with which the bundle's own stream ends, or null.
export function sealingOf(records) {
  const { bundle } = records.facts;
  const own = records.entries.filter((entry) => entry?.act.stream === bundle);
  const last = records.entries.at(-1);
  const [request] = own;
  const sealed = last && Number.isSafeInteger(last.act.public.at) && last.act.stream === bundle && last.act.type === 'bundle.sealed.v1';
  const requested = request?.formed && request.act.type === 'bundle.requested.v1';
  return sealed && requested ? { request, seal: last, given: last.act.public, scope: request.act.public } : null;
}

// The exhibits of the scope (bundle-v1, 8.2), sorted; without a sealing as of the size that bundle.json names.
export function scopeOf(records, sealing) {
  const entries = records.entries.filter(Boolean);
  const request = entries.find((entry) => entry.formed && entry.act.type === 'bundle.requested.v1' && entry.act.stream === records.facts.bundle);
  if (!request) return [];
  const scope = request.act.public;
  if (scope.case === null) return [...scope.exhibits];
  const numbered = numberedIn(entries, scope.case, sealing?.given.at ?? records.facts.at);
  return [...new Set(numbered.map((entry) => entry.act.stream))].sort();
}

function numberedIn(entries, caseStream, at) {
  return entries.filter(
    (entry) => NUMBERED_TYPES.includes(entry.act.type) && entry.act.public.case === caseStream && entry.index < at,
  );
}

function judgeSeal(findings, records, sealing, headsBytes) {
  const { heads } = records;
  const sorted = heads.every((head, i) => i === 0 || heads[i - 1].stream < head.stream);
  const exact = hexOf(sha256(headsBytes)) === sealing.given.heads && heads.length === sealing.given.streams;
  if (!sorted || !exact) findings.fail('order', 'seal.heads');
}

// Streams that must be listed, each with the first entry that names it (bundle-v1, 8.3).
function namedStreams(entries, sealing, exhibits) {
  const named = new Map();
  const name = (stream, index) => named.has(stream) || named.set(stream, index);
  for (const { act, formed, index } of entries) {
    name(act.actor.person, index);
    for (const member of formed ? NAMES : []) if (typeof act.public[member] === 'string') name(act.public[member], index);
  }
  for (const stream of exhibits) name(stream, sealing.request.index);
  if (sealing.scope.case !== null) name(sealing.scope.case, sealing.request.index);
  return named;
}

function enrolledByFounding(first) {
  if (!first?.formed || first.act.type !== 'ledger.founded.v1') return [];
  return [first.act.public.founder.person, first.act.public.service.person];
}

function isWhole(head, entries) {
  const last = entries.at(-1);
  if (!last || last.act.version !== head.version) return false;
  return hexOf(sha256(last.bytes)) === head.hash;
}

function judgeNumbers(findings, entries, sealing) {
  const { scope, given } = sealing;
  if (scope.case === null) {
    if (given.exhibits !== null) findings.fail('order', 'seal.heads');
    return;
  }
  const numbers = numberedIn(entries, scope.case, given.at).map((entry) => entry.assigned.ordinal);
  const whole = numbers.length === given.exhibits && [...numbers].sort((a, b) => a - b).every((number, i) => number === i + 1);
  if (!whole) findings.fail('order', 'entry.left-out');
}

// All of seal.heads, entry.left-out and entry.uninvited that the bundle itself can show.
export function judgeCompleteness(findings, records, sealing, exhibits, headsBytes) {
  const entries = records.entries.filter(Boolean);
  const { at } = sealing.given;
  const own = records.facts.bundle;
  findings.count('order', records.heads.length);
  judgeSeal(findings, records, sealing, headsBytes);
  const byStream = streamsOf(entries.filter((entry) => entry.act.stream !== own));
  for (const head of records.heads) {
    const list = byStream.get(head.stream) ?? [];
    if (!isWhole(head, list)) findings.fail('order', 'entry.left-out', list.slice(-1).map((entry) => entry.index));
  }
  const listed = new Set(records.heads.map((head) => head.stream));
  const first = entries[0]?.index === 0 ? entries[0] : null;
  const free = new Set(enrolledByFounding(first));
  for (const [stream, index] of namedStreams(entries, sealing, exhibits)) {
    if (!listed.has(stream) && !free.has(stream)) findings.fail('order', 'entry.left-out', [index]);
  }
  if (!first || !listed.has(first.act.stream)) findings.fail('order', 'entry.left-out', [0]);
  judgeNumbers(findings, entries, sealing);
  for (const [stream, list] of byStream) {
    const last = list.at(-1).index;
    if (!listed.has(stream) || last >= at) findings.fail('order', 'entry.uninvited', [last]);
  }
}

// The entries of each stream, in order.
export function streamsOf(entries) {
  const streams = new Map();
  for (const entry of entries) {
    if (!streams.has(entry.act.stream)) streams.set(entry.act.stream, []);
    streams.get(entry.act.stream).push(entry);
  }
  return streams;
}
