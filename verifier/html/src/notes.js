// Signed notes, their keys, checkpoints and receipts (ledger-v1, 5 and 6).
import { hexOf, sameBytes, textOf, utf8 } from './bytes.js';
import { fromBase64 } from './base64.js';
import { fits, numberOf } from './grammars.js';
import { spkiOfEd25519, weakness } from './keys.js';
import { demand, Refusal } from './refusal.js';
import { sha256 } from './sha256.js';

const NAME = /^[^\p{White_Space}+]+$/u;
const LENGTHS_OF_KEYS = { 1: 32, 4: 32, 6: 1312 };

function strictText(bytes) {
  try {
    return textOf(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal('not UTF-8');
    throw error;
  }
}

// A vkey of one of the types: name, key id in hex, type, key, and for Ed25519 the SPKI.
export function readVkey(text, types = [1]) {
  const parts = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text);
  demand(parts && NAME.test(parts[1]) && /^[0-9a-f]{8}$/.test(parts[2]), 'not a vkey');
  const [, name, id, encoded] = parts;
  const bytes = fromBase64(encoded);
  const key = bytes.subarray(1);
  demand(types.includes(bytes[0]) && key.length === LENGTHS_OF_KEYS[bytes[0]], 'a vkey of another type');
  demand(hexOf(sha256(utf8(`${name}\n`), bytes).subarray(0, 4)) === id, 'a vkey with another key id');
  const spki = bytes[0] === 6 ? null : spkiOfEd25519(key);
  demand(spki === null || weakness('ed25519', spki) === null, 'a weak vkey');
  return { name, id, type: bytes[0], key, spki, text };
}

function readLine(line) {
  const parts = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line);
  demand(parts && NAME.test(parts[1]), 'not a signature line');
  const bytes = fromBase64(parts[2]);
  demand(bytes.length >= 5, 'a signature line that is too short');
  return { name: parts[1], id: hexOf(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

// Text and signature lines of a note; refuses what is not of ledger-v1, 5.2.
export function readNote(bytes) {
  demand(bytes.length <= 1000000, 'a note that is too long');
  const whole = strictText(bytes);
  demand(!/[\x00-\x09\x0b-\x1f]/.test(whole), 'control characters in a note');
  const cut = whole.lastIndexOf('\n\n');
  demand(cut >= 0 && whole.endsWith('\n') && cut + 2 < whole.length, 'not a signed note');
  const lines = whole.slice(cut + 2, -1).split('\n');
  demand(lines.length >= 1 && lines.length <= 100, 'not 1 to 100 signature lines');
  return { text: whole.slice(0, cut + 1), lines: lines.map(readLine) };
}

// Origin, size and root of a checkpoint's text.
export function readTree(text) {
  const lines = text.split('\n');
  demand(lines.length === 4 && lines[3] === '', 'not three lines');
  demand(isLogOrigin(lines[0]), 'not an origin', 'origin');
  const size = numberOf(lines[1]);
  const root = fromBase64(lines[2]);
  demand(root.length === 32, 'not a root', 'root');
  demand(size > 0 || sameBytes(root, sha256()), 'another root for no entries', 'root');
  return { origin: lines[0], size, root };
}

// ledger-v1, 5.1: labels begin and end with a letter or digit.
export function isLogOrigin(origin) {
  return fits('origin', origin) && /^[a-z0-9]+([.-][a-z0-9]+)*(\/[a-z0-9]+([.-][a-z0-9]+)*)*\/[0-9a-f]{8}$/.test(origin);
}

export function readCheckpoint(bytes) {
  const note = readNote(bytes);
  return { ...note, ...readTree(note.text), bytes };
}

// A receipt: index, path, and the bytes of its checkpoint.
export function readReceipt(bytes) {
  const text = strictText(bytes);
  const head = /^c2sp\.org\/tlog-proof@v1\n(extra [^\n]+\n)?index ([0-9]+)\n((?:[^\n]+\n){0,64})\n/.exec(text);
  demand(head, 'not a receipt');
  if (head[1]) fromBase64(head[1].slice(6, -1));
  const path = head[3] === '' ? [] : head[3].slice(0, -1).split('\n').map(fromBase64);
  demand(path.every((hash) => hash.length === 32), 'a path that is not of hashes');
  return { index: numberOf(head[2]), path, checkpoint: utf8(text.slice(head[0].length)) };
}

// The message that a cosignature of type 0x04 signs, and its time (log-v1, 4.1).
export function cosigned(line, text) {
  const view = new DataView(line.signature.buffer, line.signature.byteOffset, line.signature.length);
  if (line.signature.length !== 72) return null;
  const time = view.getBigUint64(0);
  if (time > 2n ** 63n - 1n) return null;
  return { time, message: utf8(`cosignature/v1\ntime ${time}\n${text}`), signature: line.signature.subarray(8) };
}

