// Base64 of both kinds, strict: text whose bytes would be written otherwise is refused (entry-v1, 3).
import { demand } from './refusal.js';

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function valuesOf(alphabet) {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < 64; i += 1) values[alphabet.charCodeAt(i)] = i;
  return values;
}

const STANDARD_VALUES = valuesOf(STANDARD);
const URL_VALUES = valuesOf(URL_SAFE);

function decoded(letters, values) {
  const bytes = new Uint8Array(Math.floor((letters.length * 6) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < letters.length; i += 1) {
    const code = letters.charCodeAt(i);
    const value = code < 128 ? values[code] : -1;
    demand(value >= 0, 'not base64');
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (held >> bits) & 0xff;
      at += 1;
    }
  }
  demand((held & ((1 << bits) - 1)) === 0, 'bits in the tail of base64');
  return bytes;
}

export function fromBase64(text) {
  demand(typeof text === 'string' && text.length % 4 === 0, 'not base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decoded(text.slice(0, text.length - padding), STANDARD_VALUES);
}

export function fromBase64Url(text) {
  demand(typeof text === 'string' && text.length % 4 !== 1, 'not base64url');
  return decoded(text, URL_VALUES);
}

function encoded(bytes, alphabet) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letters = Math.min(4, bytes.length - i + 1);
    for (let j = 0; j < letters; j += 1) text += alphabet[(group >> (18 - 6 * j)) & 63];
  }
  return text;
}

export function toBase64(bytes) {
  const text = encoded(bytes, STANDARD);
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

export function toBase64Url(bytes) {
  return encoded(bytes, URL_SAFE);
}
