// Nothing left out, nothing slipped in: the sealing, the heads and what the entries name (verdict-v1, 3; bundle-v1, 8).
import { hexOf } from './bytes.js';
import { sha256 } from './sha256.js';

const NAMES = ['from', 'case', 'person', 'to', 'requested_by', 'exhibit', 'duplicate_of'];
export const NUMBERED_TYPES = ['exhibit.received.v1', 'exhibit.case-corrected.v1'];

// Request and sealing of the bundle's own stream, each null where it is not here; `at`: the size that both or bundle.json say; `alone`: nothing else is there.
export function sealingOf({ facts, entries }) {
  const own = entries.filter((entry) => entry?.act.stream === facts.bundle);
  const [first] = own;
  const last = own.at(-1);
  const request = first?.formed && first.act.type === 'bundle.requested.v1' ? first : null;
  const seal = last?.formed && last.act.type === 'bundle.sealed.v1' ? last : null;
  return { request, seal, at: seal ? seal.act.public.at : facts.at, alone: own.length === 2 && entries.at(-1) === last };
}

// Index, number and exhibit of each number that entries below `at` give in a case.
function numbersIn(entries, caseStream, at) {
  return entries
    .filter((entry) => entry.formed && NUMBERED_TYPES.includes(entry.act.type) && entry.act.public.case === caseStream)
    .filter((entry) => entry.index < at && Object.hasOwn(entry.assigned, 'ordinal'))
    .map((entry) => ({ number: entry.assigned.ordinal, exhibit: entry.act.stream }));
}

// Case, exhibits and further streams of the scope (bundle-v1, 8.2 and 8.3.2).
export function scopeOf(entries, { request, at }) {
  if (!request) return { case: null, exhibits: [], streams: [], given: null };
  const { also, case: whole, exhibits } = request.act.public;
  const chosen = whole === null ? exhibits : [...new Set(numbersIn(entries, whole, at).map(({ exhibit }) => exhibit))].sort();
  const streams = also.flatMap((kind) => chosen.map((exhibit) => `${kind}/${exhibit.split('/')[1]}`));
  return { case: whole, exhibits: chosen, streams, given: { also, case: whole, exhibits } };
}

function isExact(heads, seal, bytes) {
  const sorted = heads.every((head, i) => i === 0 || heads[i - 1].stream < head.stream);
  return sorted && hexOf(sha256(bytes)) === seal.act.public.heads && heads.length === seal.act.public.streams;
}

// Streams that must be listed, each with the first entry that names it (bundle-v1, 8.3).
function namedStreams(entries, { request }, scope) {
  const named = new Map();
  const name = (stream, index) => named.has(stream) || named.set(stream, index);
  for (const { act, formed, index } of entries) {
    name(act.actor.person, index);
    for (const member of formed ? NAMES : []) if (typeof act.public[member] === 'string') name(act.public[member], index);
  }
  for (const stream of scope.exhibits) name(stream, request.index);
  return named;
}

function judgeNumbers(findings, entries, { seal, at }, scope) {
  const last = seal.act.public.exhibits;
  if (scope.case === null) {
    if (last !== null) findings.fail('order', 'seal.heads');
    return;
  }
  const numbers = numbersIn(entries, scope.case, at).map(({ number }) => number).sort((a, b) => a - b);
  if (numbers.length !== last || numbers.some((number, i) => number !== i + 1)) findings.fail('order', 'entry.left-out');
}

function judgeHeads(findings, heads, own, streams) {
  findings.count('order', heads.length);
  for (const head of heads) {
    const last = streams.get(head.stream)?.at(-1);
    if (head.stream === own) findings.fail('order', 'seal.heads');
    else if (last?.act.version !== head.version || last.digest !== head.hash) findings.fail('order', 'entry.left-out', last ? [last.index] : []);
  }
}

// All of seal.missing, seal.heads, entry.left-out and entry.uninvited that the bundle itself can show; the streams that belong here.
export function judgeCompleteness(findings, records, sealing, scope, { persons, headsBytes }) {
  const entries = records.entries.filter(Boolean);
  const { request, seal, at, alone } = sealing;
  if (!request || !seal || !alone) findings.fail('order', 'seal.missing');
  const streams = streamsOf(entries);
  judgeHeads(findings, records.heads, records.facts.bundle, streams);
  const listed = new Set(records.heads.map((head) => head.stream));
  for (const [stream, list] of streams) {
    const last = list.at(-1).index;
    if (stream !== records.facts.bundle && (!listed.has(stream) || last >= at)) findings.fail('order', 'entry.uninvited', [last]);
  }
  const named = namedStreams(entries, sealing, scope);
  for (const [stream, index] of named) {
    if (!listed.has(stream) && persons.get(stream)?.word !== 0) findings.fail('order', 'entry.left-out', [index]);
  }
  const first = entries[0]?.index === 0 ? entries[0] : null;
  if (!first || !listed.has(first.act.stream)) findings.fail('order', 'entry.left-out', [0]);
  if (request && seal && !isExact(records.heads, seal, headsBytes)) findings.fail('order', 'seal.heads');
  if (request && seal) judgeNumbers(findings, entries, sealing, scope);
  return new Set([...listed, ...named.keys(), ...scope.streams]);
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
