// Bytes: joining, comparing, hex, and text that is strictly UTF-8.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text) {
  return encoder.encode(text);
}

// Text of the bytes; throws a TypeError where they are not UTF-8. A byte order mark stays in the text.
export function textOf(bytes) {
  return decoder.decode(bytes);
}

export function joined(...parts) {
  return joinedList(parts);
}

export function joinedList(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

export function hexOf(bytes) {
  let text = '';
  for (const value of bytes) text += HEX[value];
  return text;
}

export function bytesOfHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// Lines of a file in which each ends in a newline: their bytes without it. Null where the last has none.
export function linesOf(bytes) {
  const lines = [];
  let begin = 0;
  while (begin < bytes.length) {
    const end = bytes.indexOf(0x0a, begin);
    if (end < 0) return null;
    lines.push(bytes.subarray(begin, end));
    begin = end + 1;
  }
  return lines;
}
