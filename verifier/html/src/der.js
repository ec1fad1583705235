// DER, strictly: elements with tag, content and children; object identifiers, times and integers (RFC 3161, RFC 5280).
import { demand } from './refusal.js';

class Element {
  constructor(bytes, begin, header, end) {
    this.whole = bytes.subarray(begin, end);
    this.content = bytes.subarray(begin + header, end);
    this.tag = bytes[begin];
  }

  get children() {
    demand(this.tag & 0x20, 'not a constructed element', 'der');
    const children = [];
    for (let at = 0; at < this.content.length; at += children.at(-1).whole.length) children.push(elementAt(this.content, at));
    return children;
  }

  // The content of an element of this tag; refuses another.
  of(tag) {
    demand(this.tag === tag, 'another element', 'der');
    return this.content;
  }

  parts(tag = 0x30) {
    this.of(tag);
    return this.children;
  }

  oid() {
    return oidText(this.of(6));
  }
}

function elementAt(bytes, at) {
  demand(at + 2 <= bytes.length && (bytes[at] & 0x1f) !== 0x1f, 'cut off', 'der');
  let length = bytes[at + 1];
  let header = 2;
  if (length >= 0x80) {
    const count = length - 0x80;
    demand(count >= 1 && count <= 3 && at + 2 + count <= bytes.length, 'a length that is too long', 'der');
    length = bytes.subarray(at + 2, at + 2 + count).reduce((value, byte) => value * 256 + byte, 0);
    demand(bytes[at + 2] !== 0 && length >= 0x80, 'a length that is not the shortest', 'der');
    header += count;
  }
  demand(at + header + length <= bytes.length, 'cut off', 'der');
  return new Element(bytes, at, header, at + header + length);
}

// The one element that the bytes are.
export function readDer(bytes) {
  const element = elementAt(bytes, 0);
  demand(element.whole.length === bytes.length, 'bytes after the end', 'der');
  return element;
}

function oidText(bytes) {
  const numbers = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  const first = Math.min(2, Math.floor(numbers[0] / 40));
  return [first, numbers[0] - 40 * first, ...numbers.slice(1)].join('.');
}

// UTCTime or GeneralizedTime as microseconds since 1970.
export function timeOf(element) {
  const text = String.fromCharCode(...element.content);
  const short = element.tag === 0x17;
  const parts = (short ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/).exec(text);
  demand((short || element.tag === 0x18) && parts, 'not a time', 'der');
  const [given, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  const year = short ? given + (given < 50 ? 2000 : 1900) : given;
  const instant = Date.UTC(year, month - 1, day, hour, minute, second);
  demand(new Date(instant).getUTCDate() === day && hour < 24 && minute < 60 && second < 60, 'a time that does not exist', 'der');
  return BigInt(instant) * 1000n + BigInt((parts[7] ?? '').padEnd(6, '0').slice(0, 6));
}
