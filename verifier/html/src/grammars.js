// Grammars of single texts, and instants as microseconds (entry-v1, 3; acts-v1, 2).
import { fromBase64, fromBase64Url } from './base64.js';
import { demand, orNull } from './refusal.js';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const PATTERNS = {
  uuid: new RegExp(`^${UUID}$`),
  stream: new RegExp(`^[a-z]{1,20}/${UUID}$`),
  'act type': /^(?=.{1,60}$)[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]{0,2}$/,
  'member name': /^(?=.{1,100}$)[a-z][a-z0-9_]*(\/[a-z0-9-]+)*$/,
  hash: /^[0-9a-f]{64}$/,
  decimal: /^(?=.{1,40}$)-?(0|[1-9][0-9]*)(\.[0-9]+)?$/,
  'case reference': /^(?=.{1,40}$)[A-Z0-9]+(-[A-Z0-9]+)*$/,
  origin: /^(?=.{1,255}$)[a-z0-9.-]+(\/[a-z0-9.-]+)*\/[0-9a-f]{8}$/,
  'claim name': /^[A-Za-z0-9_.:-]{1,100}$/,
  number: /^(0|[1-9][0-9]{0,15})$/,
};
const CLAIMED = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d):(\d\d)$/;
const RECORDED = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})Z$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

// Days since 1970-01-01, or null where the date does not exist; years from 1 on.
function dayOf(year, month, day) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const instant = date.getTime();
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? instant / 86400000 : null;
}

function microseconds(parts) {
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  const days = dayOf(year, month, day);
  if (days === null || year < 1000 || year > 9998 || hour > 23 || minute > 59 || second > 59) return null;
  const seconds = days * 86400 + hour * 3600 + minute * 60 + second;
  return BigInt(seconds) * 1000000n + BigInt((parts[7] ?? '').padEnd(6, '0'));
}

// Instants as microseconds since 1970, as BigInt: up to the year 9998 they are larger than 53 bits.
export function claimedInstant(text) {
  const parts = CLAIMED.exec(text);
  demand(parts, 'not a claimed instant');
  const local = microseconds(parts);
  const [sign, hours, minutes] = [parts[8], Number(parts[9]), Number(parts[10])];
  demand(local !== null && hours < 24 && minutes < 60, 'an instant that does not exist');
  demand(sign === '+' || hours + minutes > 0, 'an offset of -00:00');
  const offset = BigInt(hours * 60 + minutes) * 60000000n;
  return sign === '+' ? local - offset : local + offset;
}

export function recordedInstant(text) {
  const parts = RECORDED.exec(text);
  const instant = parts && microseconds(parts);
  demand(instant !== null, 'not a recorded instant');
  return instant;
}

// The recorded instant of whole seconds since 1970.
export function instantText(microsecondsSince) {
  const seconds = Number(microsecondsSince / 1000000n);
  const rest = String(microsecondsSince % 1000000n).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${rest}Z`;
}

const READERS = {
  base64: fromBase64,
  'claimed instant': claimedInstant,
  'recorded instant': recordedInstant,
};

// Whether the text is of the named grammar.
export function fits(grammar, text) {
  if (typeof text !== 'string') return false;
  if (grammar === 'date') {
    const parts = DATE.exec(text);
    return parts !== null && dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) !== null;
  }
  if (grammar === 'base64 of 32 bytes') return orNull(() => fromBase64(text))?.length === 32;
  if (grammar === 'base64url of 32 bytes') return orNull(() => fromBase64Url(text))?.length === 32;
  if (grammar === 'base64url of 16 bytes') return orNull(() => fromBase64Url(text))?.length === 16;
  if (grammar in READERS) return orNull(() => READERS[grammar](text)) !== null;
  return PATTERNS[grammar].test(text);
}

// The stream's text where it is of that kind.
export function isStream(text, kind) {
  return fits('stream', text) && text.startsWith(`${kind}/`);
}

// A number of ledger-v1, 1: at most 2^53 - 1, written in one way.
export function numberOf(text) {
  const value = PATTERNS.number.test(text) ? Number(text) : NaN;
  demand(Number.isSafeInteger(value), 'not a number');
  return value;
}
