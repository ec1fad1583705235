// Certificates of time-stamping authorities, the reader's roots, and chains between them (verdict-v1, 5).
import { fromBase64 } from './base64.js';
import { sameBytes, textOf } from './bytes.js';
import { readDer, timeOf } from './der.js';
import { recordedInstant } from './grammars.js';
import { demand, orNull, Refusal } from './refusal.js';

const HASHES = { '2.16.840.1.101.3.4.2.1': 'SHA-256', '2.16.840.1.101.3.4.2.2': 'SHA-384', '2.16.840.1.101.3.4.2.3': 'SHA-512' };
const SIGNATURES = {
  '1.2.840.113549.1.1.11': ['RSASSA-PKCS1-v1_5', 'SHA-256'], '1.2.840.113549.1.1.12': ['RSASSA-PKCS1-v1_5', 'SHA-384'],
  '1.2.840.113549.1.1.13': ['RSASSA-PKCS1-v1_5', 'SHA-512'], '1.2.840.10045.4.3.2': ['ECDSA', 'SHA-256'], '1.2.840.10045.4.3.3': ['ECDSA', 'SHA-384'],
  '1.2.840.10045.4.3.4': ['ECDSA', 'SHA-512'],
};
const CURVES = { '1.2.840.10045.3.1.7': ['P-256', 32], '1.3.132.0.34': ['P-384', 48], '1.3.132.0.35': ['P-521', 66] };
const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';

export function hashName(oid) {
  demand(Object.hasOwn(HASHES, oid), 'another digest', 'token');
  return HASHES[oid];
}

// Kind and digest of a signature's algorithm; RSA alone takes the digest that stands beside it.
function schemeOf(oid, besides) {
  if (oid === RSA && besides) return ['RSASSA-PKCS1-v1_5', besides];
  demand(Object.hasOwn(SIGNATURES, oid), 'another signature', 'token');
  return SIGNATURES[oid];
}

function rawWords(der, length) {
  const words = readDer(der).parts().map((word) => word.of(2));
  demand(words.length === 2, 'not r and s', 'token');
  const raw = new Uint8Array(2 * length);
  words.forEach((word, i) => {
    const digits = word[0] === 0 ? word.subarray(1) : word;
    demand(digits.length <= length, 'r or s too long', 'token');
    raw.set(digits, (i + 1) * length - digits.length);
  });
  return raw;
}

// Whether the holder of the certificate's key signed the message.
export async function isSignedBy(certificate, oid, besides, message, signature) {
  const [kind, hash] = schemeOf(oid, besides);
  const algorithm = certificate.spki.parts()[0].parts();
  const key = algorithm[0].oid();
  demand(kind === 'ECDSA' ? key === EC : key === RSA, 'a key of another kind', 'token');
  let scheme = { name: kind, hash };
  let value = signature;
  if (kind === 'ECDSA') {
    const curve = CURVES[algorithm[1].oid()];
    demand(curve, 'another curve', 'token');
    scheme = { name: kind, namedCurve: curve[0] };
    value = rawWords(signature, curve[1]);
  }
  try {
    const held = await crypto.subtle.importKey('spki', certificate.spki.whole, scheme, false, ['verify']);
    return await crypto.subtle.verify({ name: kind, hash }, held, value, message);
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

function readExtensions(element) {
  const extensions = new Map();
  for (const one of element.parts(0xa3)[0].parts()) {
    const parts = one.parts();
    demand(parts.length === 2 || parts.length === 3, 'not an extension', 'certificate');
    const critical = parts.length === 3 && parts[1].of(1)[0] === 0xff;
    extensions.set(parts[0].oid(), { critical, value: readDer(parts.at(-1).of(4)) });
  }
  return extensions;
}

export function readCertificate(bytes) {
  const whole = readDer(bytes);
  const [body, algorithm, signature] = whole.parts();
  const parts = body.parts();
  const [, serial, , issuer, validity, subject, spki, ...rest] = parts[0].tag === 0xa0 ? parts : [null, ...parts];
  const [from, until] = validity.parts().map(timeOf);
  const extended = rest.find((one) => one.tag === 0xa3);
  const [leading] = serial.of(2);
  demand(!(leading & 0x80) && serial.content.some((byte) => byte !== 0), 'a serial number that is not positive', 'certificate');
  return {
    whole: whole.whole, body: body.whole, algorithm: algorithm.parts()[0].oid(), signature: signature.of(3).subarray(1), serial: serial.of(2),
    issuer: issuer.whole, subject: subject.whole, spki, from, until, extensions: extended ? readExtensions(extended) : new Map(),
  };
}

function keyUsage(certificate) {
  const usage = certificate.extensions.get('2.5.29.15');
  return usage ? usage.value.of(3)[1] ?? 0 : 0xff;
}

// For time-stamping alone, marked critical, and may sign.
export function isForStamping(certificate) {
  const purposes = certificate.extensions.get('2.5.29.37');
  if (!purposes?.critical) return false;
  const oids = purposes.value.parts().map((one) => one.oid());
  return oids.length === 1 && oids[0] === '1.3.6.1.5.5.7.3.8' && (keyUsage(certificate) & 0xc0) !== 0;
}

function isAuthority(certificate) {
  const basic = certificate.extensions.get('2.5.29.19');
  const [flag] = basic?.value.parts() ?? [];
  return flag?.tag === 1 && flag.content[0] === 0xff && (keyUsage(certificate) & 0x04) !== 0;
}

// The roots of a PEM file with their windows. Refuses a file without certificates.
export function readRoots(bytes) {
  const text = orNull(() => textOf(bytes)) ?? '';
  const roots = [];
  const pattern = /^Not-(Before|After): (\S+)\s*$|-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/gm;
  let window = {};
  for (const [, side, instant, body] of text.matchAll(pattern)) {
    if (side) {
      window[side] = recordedInstant(instant);
      continue;
    }
    const certificate = readCertificate(fromBase64(body.replace(/\s/g, '')));
    roots.push({ ...certificate, opens: window.Before ?? certificate.from, closes: window.After ?? certificate.until });
    window = {};
  }
  demand(roots.length > 0, 'no certificate', 'tsa-root');
  return roots;
}

// Whether the parent is a CA that signed the child, in one of the ways in which tokens are signed.
async function isIssued(child, parent) {
  if (!sameBytes(child.issuer, parent.subject)) return false;
  try {
    return isAuthority(parent) && (await isSignedBy(parent, child.algorithm, null, child.body, child.signature));
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

const isValid = (certificate, time) => time >= certificate.from && time <= certificate.until;

// Whether a chain of certificates that `takes` allows leads to a root that `trusts` allows; each is asked once.
async function leadsToRoot(signer, others, roots, takes, trusts) {
  const found = takes(signer) ? [signer] : [];
  const trusted = roots.filter((root) => trusts(root) && takes(root));
  for (const one of found) {
    for (const root of trusted) if (sameBytes(root.whole, one.whole) || (await isIssued(one, root))) return true;
    for (const above of others) {
      const known = found.some((other) => sameBytes(other.whole, above.whole));
      if (!known && takes(above) && (await isIssued(one, above))) found.push(above);
    }
  }
  return false;
}

// The code of what is wrong with the signer's chain at that time, or null: all valid then, the root within its window (verdict-v1, 5).
export async function faultOfChain(signer, others, roots, time) {
  const good = await leadsToRoot(signer, others, roots, (one) => isValid(one, time), (root) => time >= root.opens && time <= root.closes);
  if (good) return null;
  return (await leadsToRoot(signer, others, roots, () => true, () => true)) ? 'time.token-window' : 'time.tsa-unknown';
}
