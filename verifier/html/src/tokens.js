// RFC 3161 tokens over the text of a checkpoint (verdict-v1, 5).
import { faultOfChain, hashName, isForStamping, isSignedBy, readCertificate } from './certificates.js';
import { sameBytes } from './bytes.js';
import { readDer, timeOf } from './der.js';
import { demand, orNull, Refusal } from './refusal.js';

const MOST_CERTIFICATES = 16;
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

async function digest(name, bytes) {
  return new Uint8Array(await crypto.subtle.digest(name, bytes));
}

function readInfo(bytes) {
  const [version, policy, imprint, serial, time] = readDer(bytes).parts();
  for (const number of [version, serial]) number.of(2);
  policy.oid();
  const [algorithm, value] = imprint.parts();
  return { hash: hashName(algorithm.parts()[0].oid()), imprint: value.of(4), time: timeOf(time) };
}

function readSigner(element) {
  const [version, , digestAlgorithm, attributes, algorithm, signature] = element.parts();
  version.of(2);
  demand(attributes.tag === 0xa0, 'no signed attributes', 'token');
  const signed = Uint8Array.from(attributes.whole);
  signed[0] = 0x31;
  const values = new Map();
  for (const attribute of attributes.children) {
    const [type, set] = attribute.parts();
    demand(!values.has(type.oid()) && set.parts(0x31).length === 1, 'an attribute twice', 'token');
    values.set(type.oid(), set.parts(0x31)[0]);
  }
  return { hash: hashName(digestAlgorithm.parts()[0].oid()), signed, values, algorithm: algorithm.parts()[0].oid(), signature: signature.of(4) };
}

// Info, signer and certificates of a response. Refuses what is malformed or was not granted.
function readToken(bytes) {
  const [status, content] = readDer(bytes).parts();
  const [granted] = status.parts()[0].of(2);
  demand((granted === 0 || granted === 1) && content, 'not granted', 'token');
  const [type, explicit] = content.parts();
  demand(type.oid() === SIGNED_DATA, 'no signed data', 'token');
  const parts = explicit.parts(0xa0)[0].parts();
  parts[0].of(2);
  parts[1].of(0x31);
  const [contentType, wrapped] = parts[2].parts();
  demand(contentType.oid() === TST_INFO, 'no TSTInfo', 'token');
  const info = wrapped.parts(0xa0)[0].of(4);
  const signers = parts.at(-1).parts(0x31);
  demand(signers.length === 1, 'not one signer', 'token');
  const certificates = parts.filter((part) => part.tag === 0xa0).flatMap((part) => part.children);
  demand(certificates.length <= MOST_CERTIFICATES, 'too many certificates', 'token');
  return { info, ...readInfo(info), signer: readSigner(signers[0]), certificates: certificates.map((one) => orNull(() => readCertificate(one.whole))).filter(Boolean) };
}

// Digest and value by which the signed attributes name the signer's certificate.
function certificateName(values) {
  const second = values.get(SIGNING_CERTIFICATE_V2);
  const named = (second ?? values.get(SIGNING_CERTIFICATE))?.parts()[0].parts()[0].parts();
  demand(named, 'no signing certificate', 'token');
  const hash = named.find((part) => part.tag === 4);
  demand(hash, 'no digest of the signing certificate', 'token');
  const chosen = named[0].tag === 0x30 ? hashName(named[0].parts()[0].oid()) : 'SHA-256';
  return { name: second ? chosen : 'SHA-1', value: hash.content };
}

async function signerCertificate({ signer, certificates }) {
  const { name, value } = certificateName(signer.values);
  for (const certificate of certificates) if (sameBytes(await digest(name, certificate.whole), value)) return certificate;
  throw new Refusal('the certificate of the signer is not there', 'token');
}

async function demandAttributes(token) {
  const { values, hash } = token.signer;
  demand(values.get(CONTENT_TYPE)?.oid() === TST_INFO, 'another content type', 'token');
  demand(sameBytes(values.get(MESSAGE_DIGEST)?.of(4) ?? new Uint8Array(0), await digest(hash, token.info)), 'another digest', 'token');
}

// {time} of a good token, or {code} of what is wrong with it.
async function judgeFormed(bytes, note, roots) {
  const token = readToken(bytes);
  const certificate = await signerCertificate(token);
  await demandAttributes(token);
  const { signer } = token;
  const signed = await isSignedBy(certificate, signer.algorithm, signer.hash, signer.signed, signer.signature);
  demand(signed && isForStamping(certificate), 'signature or purpose', 'token');
  if (!sameBytes(token.imprint, await digest(token.hash, note))) return { code: 'time.token-other' };
  const code = await faultOfChain(certificate, token.certificates, roots, token.time);
  return code === null ? { time: token.time } : { code };
}

export async function judgeToken(bytes, note, roots) {
  try {
    demand(bytes.length <= 65536, 'too long', 'token');
    return await judgeFormed(bytes, note, roots);
  } catch (error) {
    if (error instanceof Refusal || error instanceof TypeError) return { code: 'time.token-refused' };
    throw error;
  }
}
