// Public keys: one form of SPKI for each algorithm, fingerprints, and keys that bind nobody (entry-v1, 7).
import { bytesOfHex, hexOf, sameBytes } from './bytes.js';
import { fromBase64 } from './base64.js';
import { faultOfEd25519, faultOfP256 } from './curves.js';
import { demand } from './refusal.js';
import { sha256 } from './sha256.js';

const HEADS = {
  ed25519: bytesOfHex('302a300506032b6570032100'),
  es256: bytesOfHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004'),
};
const LENGTHS = { ed25519: 44, es256: 91 };

export function fingerprintOf(spki) {
  return hexOf(sha256(spki));
}

// The bytes after the head of an SPKI; refuses another form than the one of the algorithm.
export function keyBytes(algorithm, spki) {
  const head = HEADS[algorithm];
  demand(head && spki.length === LENGTHS[algorithm], 'not the form of this algorithm', 'spki');
  demand(sameBytes(head, spki.subarray(0, head.length)), 'not the form of this algorithm', 'spki');
  return spki.subarray(head.length);
}

// Why the key is weak, or null.
export function weakness(algorithm, spki) {
  const bytes = keyBytes(algorithm, spki);
  return algorithm === 'ed25519' ? faultOfEd25519(bytes) : faultOfP256(bytes);
}

export function isWeak(algorithm, spki) {
  return weakness(algorithm, spki) !== null;
}

// SPKI of a bare Ed25519 key, as notes carry it.
export function spkiOfEd25519(bytes) {
  const spki = new Uint8Array(44);
  spki.set(HEADS.ed25519);
  spki.set(bytes, 12);
  return spki;
}

// A key as acts carry it, read: algorithm, SPKI, use, fingerprint.
export function readKey(key) {
  const spki = fromBase64(key.spki);
  keyBytes(key.algorithm, spki);
  return { algorithm: key.algorithm, spki, use: key.use, fingerprint: fingerprintOf(spki) };
}
