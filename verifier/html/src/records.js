// The records of a bundle, read: facts, entries with proofs, heads, disclosures, consistency (bundle-v1, 4 to 6).
import { linesOf } from './bytes.js';
import { fromBase64 } from './base64.js';
import { readCanonical } from './canonical.js';
import { closed, hashForm, isBefore, integerFrom, orNothing, sortedList, streamForm, choice } from './forms.js';
import { fits, recordedInstant } from './grammars.js';
import { demandClosed, readEntry } from './entries.js';
import { isLogOrigin, readCheckpoint } from './notes.js';
import { demand, orNull } from './refusal.js';

const MOST_BYTES = 1 << 30;
const MOST_IN_LINE = 65535;
const MOST_IN_DISCLOSURES = 16 << 20;
const MOST_IN_NOTE = 1000000;

const isWithheld = (value) =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && integerFrom(1)(value[1]);

const isFacts = closed({
  at: integerFrom(1), bundle: streamForm('bundle'), exhibits: sortedList(streamForm('exhibit')), format: choice('custody-bundle/1'), ledger: hashForm,
  made_at: (value) => fits('recorded instant', value), origin: isLogOrigin,
  scope: closed({
    also: sortedList(choice('access', 'fixity')), case: orNothing(streamForm('case')), exhibits: sortedList(streamForm('exhibit')),
  }),
  withheld: (value) => Array.isArray(value) && value.every((item, i) => isWithheld(item) && (i === 0 || isBefore(value[i - 1][0], item[0]))),
});

async function readLines(read, files, name) {
  demand(files.get(name).size <= MOST_BYTES, 'too large to be read', name);
  const lines = linesOf(await read(name));
  demand(lines !== null, 'a last line without newline', name);
  const most = name === 'data/disclosures.jsonl' ? MOST_IN_DISCLOSURES : MOST_IN_LINE;
  demand(lines.every((line) => line.length <= most), 'a line that is too long', name);
  return lines;
}

async function readFacts(read, files) {
  const name = 'data/bundle.json';
  demand(files.get(name).size <= 2 << 20, 'too large', name);
  const facts = readCanonical(await read(name));
  demand(isFacts(facts), 'not of its form', name);
  recordedInstant(facts.made_at);
  return facts;
}

function readPath(value, path) {
  demand(Array.isArray(value) && value.length <= 64, 'not a path', path);
  return value.map((hash) => {
    demand(fits('base64 of 32 bytes', hash), 'not a hash', path);
    return fromBase64(hash);
  });
}

function readProof(line) {
  const proof = readCanonical(line);
  demandClosed(proof, ['index', 'path'], 'data/proofs.jsonl');
  demand(integerFrom(0)(proof.index), 'not an index', 'data/proofs.jsonl');
  return { index: proof.index, path: readPath(proof.path, 'data/proofs.jsonl') };
}

function readHead(line) {
  const head = readCanonical(line);
  demand(Array.isArray(head) && head.length === 3, 'not a head', 'data/heads.jsonl');
  const [stream, version, hash] = head;
  demand(fits('stream', stream) && integerFrom(1)(version) && hashForm(hash), 'not a head', 'data/heads.jsonl');
  return { stream, version, hash };
}

function readDisclosures(line) {
  const path = 'data/disclosures.jsonl';
  const value = readCanonical(line);
  demandClosed(value, ['disclosures', 'index'], path);
  demand(integerFrom(0)(value.index) && Array.isArray(value.disclosures) && value.disclosures.length > 0, 'not of its form', path);
  value.disclosures.forEach((disclosure, i) => {
    demand(Array.isArray(disclosure) && disclosure.length === 3 && typeof disclosure[1] === 'string', 'not a disclosure', path);
    const name = disclosure[1];
    demand(i === 0 || isBefore(value.disclosures[i - 1][1], name), 'names out of order', path);
  });
  return value;
}

function readConsistency(line) {
  const path = 'data/consistency.jsonl';
  const value = readCanonical(line);
  demandClosed(value, ['from', 'path', 'to'], path);
  demand(integerFrom(1)(value.from) && integerFrom(1)(value.to), 'not sizes', path);
  return { from: value.from, to: value.to, path: readPath(value.path, path) };
}

function demandAscending(values, path) {
  demand(values.every((value, i) => i === 0 || values[i - 1] < value), 'not ascending', path);
}

// Reads all records; `read` gives the bytes of a name. Entries are null where their line is no entry.
export async function readRecords(read, files) {
  const facts = await readFacts(read, files);
  const lines = async (name) => readLines(read, files, `data/${name}.jsonl`);
  const proofs = (await lines('proofs')).map(readProof);
  const heads = (await lines('heads')).map(readHead);
  demand(new Set(heads.map(({ stream }) => stream)).size === heads.length, 'a stream twice', 'data/heads.jsonl');
  const disclosures = (await lines('disclosures')).map(readDisclosures);
  const consistency = (await lines('consistency')).map(readConsistency);
  demand(files.get('data/checkpoint').size <= MOST_IN_NOTE, 'too large', 'data/checkpoint');
  const checkpoint = readCheckpoint(await read('data/checkpoint'));
  const entryLines = await lines('entries');
  const entries = entryLines.map((line) => orNull(() => readEntry(line)));
  demand(entries.length === proofs.length, 'as many proofs as entries', 'data/proofs.jsonl');
  demandAscending(proofs.map((proof) => proof.index), 'data/proofs.jsonl');
  demandAscending(disclosures.map((one) => one.index), 'data/disclosures.jsonl');
  demandAscending(consistency.map((one) => one.from), 'data/consistency.jsonl');
  entries.forEach((entry, i) => entry && Object.assign(entry, { index: proofs[i].index }));
  return { facts, proofs, heads, disclosures, consistency, checkpoint, entries, lines: entryLines };
}
