// Canonical JSON: read, written again, and compared (entry-v1, 2).
import { sameBytes, textOf, utf8 } from './bytes.js';
import { demand, Refusal } from './refusal.js';

const ASCII_NAME = /^[\x01-\x7f]*$/;

function checkText(text) {
  demand(!text.includes('\0'), 'U+0000 in text');
  demand(text.isWellFormed(), 'a lone surrogate in text');
  demand(text.normalize('NFC') === text, 'text that is not in normal form C');
}

// Canonical text of a value; throws a Refusal where it has none.
function written(value, depth) {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === 'string') {
    checkText(value);
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    demand(Number.isSafeInteger(value) && !Object.is(value, -0), 'a number that is no integer within 53 bits');
    return String(value);
  }
  demand(typeof value === 'object', 'a value that JSON does not have');
  demand(depth < 32, 'nested deeper than 32');
  if (Array.isArray(value)) return `[${value.map((item) => written(item, depth + 1)).join(',')}]`;
  const members = Object.keys(value).sort().map((name) => {
    demand(ASCII_NAME.test(name), 'a name that is not ASCII');
    return `${JSON.stringify(name)}:${written(value[name], depth + 1)}`;
  });
  return `{${members.join(',')}}`;
}

export function canonical(value) {
  return utf8(written(value, 0));
}

export function readCanonical(bytes) {
  let value;
  try {
    value = JSON.parse(textOf(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
      throw new Refusal('not JSON in UTF-8');
    }
    throw error;
  }
  demand(sameBytes(bytes, canonical(value)), 'not the canonical bytes of its value');
  return value;
}
