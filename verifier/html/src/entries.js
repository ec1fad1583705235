// Entries: the closed object, its act message and hashes, and what its signature covers (entry-v1, 4 to 11).
import { hexOf, joined, utf8 } from './bytes.js';
import { fromBase64, fromBase64Url, toBase64 } from './base64.js';
import { canonical, readCanonical } from './canonical.js';
import { claimedInstant, fits, recordedInstant } from './grammars.js';
import { leafHash, rootOfPath } from './merkle.js';
import { demand, Refusal } from './refusal.js';
import { sha256 } from './sha256.js';

const ACT = ['actor', 'body', 'ledger', 'occurred_at', 'previous', 'public', 'seen', 'stream', 'type', 'version'];
const ENTRY = ['act', 'assigned', 'recorded_at', 'signature'];

export function demandClosed(value, names, path, optional = []) {
  demand(value !== null && typeof value === 'object' && !Array.isArray(value), 'not an object', path);
  for (const name of names) demand(Object.hasOwn(value, name), 'missing', `${path}.${name}`);
  for (const name of Object.keys(value)) demand(names.includes(name) || optional.includes(name), 'not foreseen', `${path}.${name}`);
}

function demandFit(grammar, text, path) {
  demand(fits(grammar, text), `not of the grammar ${grammar}`, path);
}

function demandInteger(value, least, path) {
  demand(Number.isSafeInteger(value) && value >= least, 'not an integer within its bounds', path);
}

function checkSeen(seen) {
  if (seen === null) return;
  demandClosed(seen, ['root', 'size'], 'entry.act.seen');
  demandInteger(seen.size, 1, 'entry.act.seen.size');
  demandFit('base64 of 32 bytes', seen.root, 'entry.act.seen.root');
}

function checkAct(act) {
  demandClosed(act, ACT, 'entry.act');
  demandClosed(act.actor, ['key', 'person'], 'entry.act.actor');
  demandFit('hash', act.actor.key, 'entry.act.actor.key');
  demand(fits('stream', act.actor.person) && act.actor.person.startsWith('person/'), 'not a person', 'entry.act.actor.person');
  demand(act.body !== null && typeof act.body === 'object' && !Array.isArray(act.body), 'not an object', 'entry.act.body');
  for (const [name, commitment] of Object.entries(act.body)) {
    demandFit('member name', name, 'entry.act.body');
    demandFit('base64url of 32 bytes', commitment, `entry.act.body.${name}`);
  }
  if (act.ledger !== null) demandFit('hash', act.ledger, 'entry.act.ledger');
  demandFit('claimed instant', act.occurred_at, 'entry.act.occurred_at');
  demandInteger(act.version, 1, 'entry.act.version');
  demand((act.previous === null) === (act.version === 1), 'null at version 1 and only there', 'entry.act.previous');
  if (act.previous !== null) demandFit('hash', act.previous, 'entry.act.previous');
  demand(act.public !== null && typeof act.public === 'object' && !Array.isArray(act.public), 'not an object', 'entry.act.public');
  checkSeen(act.seen);
  demandFit('stream', act.stream, 'entry.act.stream');
  demandFit('act type', act.type, 'entry.act.type');
}

function checkBatch(batch) {
  demandClosed(batch, ['index', 'path', 'size'], 'entry.signature.batch');
  demandInteger(batch.index, 0, 'entry.signature.batch.index');
  demandInteger(batch.size, 1, 'entry.signature.batch.size');
  demand(batch.index < batch.size && batch.size <= 1000, 'out of bounds', 'entry.signature.batch');
  demand(Array.isArray(batch.path) && batch.path.length <= 10, 'not a path', 'entry.signature.batch.path');
  for (const hash of batch.path) demandFit('base64 of 32 bytes', hash, 'entry.signature.batch.path');
}

function checkEntry(value) {
  demandClosed(value, ENTRY, 'entry');
  checkAct(value.act);
  demandClosed(value.assigned, [], 'entry.assigned', ['ordinal']);
  if (Object.hasOwn(value.assigned, 'ordinal')) demandInteger(value.assigned.ordinal, 1, 'entry.assigned.ordinal');
  demandFit('recorded instant', value.recorded_at, 'entry.recorded_at');
  demandClosed(value.signature, ['algorithm', 'value'], 'entry.signature', ['batch']);
  const { algorithm } = value.signature;
  demand(typeof algorithm === 'string' && /^[a-z0-9-]{1,30}$/.test(algorithm), 'not an algorithm', 'entry.signature.algorithm');
  demandFit('base64', value.signature.value, 'entry.signature.value');
  if (Object.hasOwn(value.signature, 'batch')) checkBatch(value.signature.batch);
}

export function actMessage(act) {
  return joined(utf8('custody-act/1\n'), canonical(act));
}

// The message that the signature covers; null where the path of a batch fits no tree (entry-v1, 6).
function signedMessage(message, signature) {
  const { batch } = signature;
  if (!batch) return message;
  const root = rootOfPath(leafHash(message), batch.index, batch.size, batch.path.map(fromBase64));
  return root && utf8(`custody-acts/1\n${toBase64(root)}\n`);
}

// An entry from its bytes: the object, and what follows from it. Refuses what is not of entry-v1.
export function readEntry(bytes) {
  demand(bytes.length <= 65535, 'longer than 65,535 bytes', 'entry');
  let value;
  try {
    value = readCanonical(bytes);
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(error.message, 'entry') : error;
  }
  checkEntry(value);
  const message = actMessage(value.act);
  return {
    ...value,
    bytes,
    message,
    actHash: hexOf(sha256(message)),
    digest: hexOf(sha256(bytes)),
    leaf: leafHash(bytes),
    signed: signedMessage(message, value.signature),
    occurred: claimedInstant(value.act.occurred_at),
    recorded: recordedInstant(value.recorded_at),
    values: new Map(),
    shown: new Set(),
  };
}

// Whether the disclosure opens the commitment of this name in the body (entry-v1, 5).
export function opens(entry, disclosure) {
  if (!Array.isArray(disclosure) || disclosure.length !== 3) return false;
  const [salt, name, value] = disclosure;
  if (!fits('base64url of 16 bytes', salt) || typeof name !== 'string' || !Object.hasOwn(entry.act.body, name)) return false;
  if (canonical(value).length > 1048576) return false;
  const commitment = sha256(utf8('custody-disclosure/1\n'), canonical(disclosure));
  return hexOf(commitment) === hexOf(fromBase64Url(entry.act.body[name]));
}
