// Signatures: Ed25519 and ES256 by the browser's own cryptography, after checks of their form (entry-v1, 6).
import { ORDER_ED25519, ORDER_P256, numberOfBytes } from './curves.js';
import { isWeak } from './keys.js';

const NAMES = {
  ed25519: [{ name: 'Ed25519' }, { name: 'Ed25519' }],
  es256: [{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }],
};

// One INTEGER of strict DER at `at`: its 32 bytes and where the next begins; null where it is not of that form.
function derInteger(bytes, at) {
  const length = bytes[at + 1];
  const value = bytes.subarray(at + 2, at + 2 + length);
  if (bytes[at] !== 2 || !(length >= 1 && length <= 33) || value.length !== length) return null;
  if (value[0] & 0x80 || (length > 1 && value[0] === 0 && !(value[1] & 0x80))) return null;
  const number = numberOfBytes(value);
  if (number === 0n || number >= ORDER_P256) return null;
  const word = new Uint8Array(32);
  const digits = value[0] === 0 ? value.subarray(1) : value;
  word.set(digits, 32 - digits.length);
  return { word, next: at + 2 + length };
}

// r and s of 32 bytes each, from strict DER; null where it is another encoding.
function rawOfDer(der) {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const r = derInteger(der, 2);
  const s = r && derInteger(der, r.next);
  if (!s || s.next !== der.length) return null;
  const raw = new Uint8Array(64);
  raw.set(r.word);
  raw.set(s.word, 32);
  return raw;
}

function formed(algorithm, value) {
  if (algorithm === 'es256') return rawOfDer(value);
  const s = numberOfBytes(Uint8Array.from(value.subarray(32)).reverse());
  return value.length === 64 && s < ORDER_ED25519 ? value : null;
}

const imported = new Map();

async function importKey(algorithm, key) {
  const cached = imported.get(key.fingerprint);
  if (cached) return cached;
  const made = crypto.subtle.importKey('spki', key.spki, NAMES[algorithm][0], false, ['verify']);
  if (key.fingerprint) imported.set(key.fingerprint, made);
  return made;
}

// 'good', 'refused', or 'unsupported' where this browser has no such algorithm.
export async function judgeSignature(algorithm, key, message, value) {
  if (isWeak(algorithm, key.spki)) return 'refused';
  const signature = formed(algorithm, value);
  if (signature === null) return 'refused';
  try {
    const held = await importKey(algorithm, key);
    return (await crypto.subtle.verify(NAMES[algorithm][1], held, signature, message)) ? 'good' : 'refused';
  } catch (error) {
    if (error.name === 'NotSupportedError' || globalThis.crypto?.subtle === undefined) return 'unsupported';
    if (error.name === 'DataError' || error.name === 'OperationError') return 'refused';
    throw error;
  }
}
