// Forms of values: what a member of an act may hold (acts-v1, 2). A form says why a value does not fit, or null.
import { fits, isStream } from './grammars.js';
import { keyBytes } from './keys.js';
import { fromBase64 } from './base64.js';
import { orNull } from './refusal.js';

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

export function grammar(name) {
  return (value) => fits(name, value);
}

export const someText = (value) => typeof value === 'string' && /\P{White_Space}/u.test(value);
export const anyText = (value) => typeof value === 'string';
export const flag = (value) => value === true || value === false;
export const uuidForm = grammar('uuid');
export const hashForm = grammar('hash');
export const dateForm = grammar('date');

export function streamForm(kind) {
  return (value) => isStream(value, kind);
}

export function orNothing(form) {
  return (value) => value === null || form(value);
}

export function choice(...words) {
  return (value) => words.includes(value);
}

export function integerFrom(least) {
  return (value) => Number.isSafeInteger(value) && value >= least;
}

export function hexDigits(count) {
  const pattern = new RegExp(`^[0-9a-f]{${count}}$`);
  return (value) => typeof value === 'string' && pattern.test(value);
}

export function listOf(form, least, most) {
  return (value) => Array.isArray(value) && value.length >= least && value.length <= most && value.every(form);
}

// Whether a text sorts before another by its bytes in UTF-8, which is by its code points.
export function isBefore(one, other) {
  const [left, right] = [[...one], [...other]];
  const at = left.findIndex((sign, i) => sign !== right[i]);
  if (at < 0 || at >= right.length) return at < 0 && left.length < right.length;
  return left[at].codePointAt(0) < right[at].codePointAt(0);
}

export function sortedList(form, least = 0, most = Infinity) {
  const ordered = (value) => value.every((item, i) => i === 0 || isBefore(value[i - 1], item));
  return (value) => listOf(form, least, most)(value) && ordered(value);
}

// Whether the value is an object of these members; a name that ends in `?` may be left out.
export function closed(members) {
  const known = new Map(Object.entries(members).map(([name, form]) => [name.replace('?', ''), [form, name.endsWith('?')]]));
  return (value) =>
    isObject(value) &&
    Object.keys(value).every((name) => known.has(name)) &&
    [...known].every(([name, [form, optional]]) => (Object.hasOwn(value, name) ? form(value[name]) : optional));
}

export function mapping(nameForm, valueForm, least, most) {
  return (value) =>
    isObject(value) &&
    Object.keys(value).length >= least &&
    Object.keys(value).length <= most &&
    Object.entries(value).every(([name, item]) => nameForm(name) && valueForm(item));
}

// A key object; its SPKI is of the one form of its algorithm, weak or not.
export function keyForm(use = null) {
  const shape = closed({ algorithm: choice('ed25519', 'es256'), spki: grammar('base64'), use: use ? choice(use) : choice('act', 'session') });
  return (value) => shape(value) && orNull(() => keyBytes(value.algorithm, fromBase64(value.spki))) !== null;
}

// A log key as text: name, 8 hex digits, base64. Which keys may sign is the policy's matter.
export function vkeyForm(value) {
  return typeof value === 'string' && /^(?=.{1,4000}$)[!-*,-~]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/.test(value);
}
