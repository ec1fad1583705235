// Signatures of all entries, verified at once before the replay: under the keys that the entries carry.
import { fromBase64 } from './base64.js';
import { isFormed, TYPES } from './catalogue.js';
import { canonical } from './canonical.js';
import { joined, utf8 } from './bytes.js';
import { readKey } from './keys.js';
import { judgeSignature } from './signatures.js';
import { carriedKeys } from './uniqueness.js';

const AT_ONCE = 200;

function isFormedAct(act) {
  return Object.hasOwn(TYPES, act.type) && isFormed(act);
}

// Every key that an entry carries, by fingerprint; a fingerprint names one key only.
export function keysOf(entries) {
  const keys = new Map();
  for (const entry of entries.filter((one) => isFormedAct(one.act))) {
    for (const key of carriedKeys(entry.act).map(readKey)) if (!keys.has(key.fingerprint)) keys.set(key.fingerprint, key);
  }
  return keys;
}

async function judged(entry, keys) {
  const { algorithm, value } = entry.signature;
  if (algorithm !== 'ed25519' && algorithm !== 'es256') return 'unknown';
  const key = keys.get(entry.act.actor.key);
  if (!key) return 'no key';
  if (key.algorithm !== algorithm || entry.signed === null) return 'refused';
  return judgeSignature(algorithm, key, entry.signed, fromBase64(value));
}

// The proof that who adds a session key holds it (entry-v1, 10): true where there is none to judge.
async function isProven(entry) {
  const { act } = entry;
  if (act.type !== 'person.key-added.v1' || !isFormedAct(act) || act.public.proof === null) return true;
  const key = readKey(act.public.key);
  const facts = { key: key.fingerprint, ledger: act.ledger, person: act.stream };
  const message = joined(utf8('custody-enrol/1\n'), canonical(facts));
  return (await judgeSignature(key.algorithm, key, message, fromBase64(act.public.proof))) !== 'refused';
}

// Writes into each entry `signedBy` ('good', 'refused', 'unsupported', 'unknown', 'no key') and `proven`.
export async function verifySignatures(entries, progress = () => {}) {
  const keys = keysOf(entries);
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    const some = entries.slice(from, from + AT_ONCE);
    await Promise.all(
      some.map(async (entry) => {
        entry.signedBy = await judged(entry, keys);
        entry.proven = await isProven(entry);
      }),
    );
    progress(from + some.length, entries.length);
  }
}
