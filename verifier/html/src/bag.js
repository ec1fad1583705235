// The bag: names, tag files and manifests (bundle-v1, 1 and 3).
import { sameBytes, utf8 } from './bytes.js';
import { demand } from './refusal.js';

const TAGS = ['README.txt', 'bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'manifest-sha512.txt', 'tagmanifest-sha256.txt'];
const RECORDS = ['bundle.json', 'checkpoint', 'consistency.jsonl', 'disclosures.jsonl', 'entries.jsonl', 'heads.jsonl', 'proofs.jsonl'];
const NEEDED = [...TAGS, ...RECORDS.map((name) => `data/${name}`)];
const OTHERS = ['verify.html', 'data/statement.pdf', 'data/case.jsonld'];
const UUID_PATTERN = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ANCHOR = /^data\/anchors\/([1-9][0-9]{0,15})\.(checkpoint|note|[a-z0-9-]{1,40}\.tsr)$/;
const FILE = new RegExp(`^data/files/(${UUID_PATTERN})$`);

export function anchorName(name) {
  const parts = ANCHOR.exec(name);
  return parts && Number.isSafeInteger(Number(parts[1])) ? { size: Number(parts[1]), part: parts[2] } : null;
}

export function fileName(name) {
  return FILE.exec(name)?.[1] ?? null;
}

function isAllowed(name) {
  return NEEDED.includes(name) || OTHERS.includes(name) || anchorName(name) !== null || fileName(name) !== null;
}

// Refuses a zip in which a needed file is missing.
export function demandNeeded(files) {
  for (const name of NEEDED) demand(files.has(name), 'a needed file is missing', name);
}



// Names and digests as a manifest lists them, by ascending names; null where it is not of that form.
function readManifest(bytes, digits) {
  const text = new TextDecoder().decode(bytes);
  const line = new RegExp(`^([0-9a-f]{${digits}})  ([A-Za-z0-9._/-]{1,200})$`);
  if (text !== '' && !text.endsWith('\n')) return null;
  const parts = text.split('\n').slice(0, -1).map((one) => line.exec(one));
  if (parts.includes(null)) return null;
  return parts.every((part, i) => i === 0 || parts[i - 1][2] < part[2]) ? parts.map(([, digest, name]) => ({ digest, name })) : null;
}

// A manifest that is far longer than it must be is not read.
function mostOf(names, digits) {
  return 4096 + 2 * names.reduce((length, name) => length + name.length + digits + 3, 0);
}

async function judgeManifest(findings, { file, read }, names, digests, kind) {
  findings.count('integrity');
  const digits = kind === 'sha256' ? 64 : 128;
  const listed = file.size <= mostOf(names, digits) ? readManifest(await read(file.name), digits) : null;
  if (listed === null) {
    findings.fail('integrity', 'bag.form');
    return;
  }
  const have = listed.map((line) => line.name);
  if (have.length !== names.length || have.some((name, i) => name !== names[i])) findings.fail('integrity', 'bag.names');
  const known = new Set(names);
  if (listed.some((line) => known.has(line.name) && digests.get(line.name)[kind] !== line.digest)) findings.fail('integrity', 'bag.digest');
}

function bagInfo(facts, payload) {
  return (
    `Bagging-Date: ${facts.made_at.slice(0, 10)}\nExternal-Identifier: ${facts.bundle}\n` +
    `Internal-Sender-Identifier: ${facts.ledger}\nPayload-Oxum: ${payload.bytes}.${payload.files}\n`
  );
}

// Names, tag files and manifests. digests: name to CRC-32 and digests; read(name): bytes; facts: bundle.json.
export async function judgeBag(findings, files, digests, read, facts) {
  const names = [...files.keys()].sort();
  findings.count('integrity', names.length);
  if (!names.every(isAllowed)) findings.fail('integrity', 'bag.names');
  const payload = names.filter((name) => name.startsWith('data/'));
  const tags = names.filter((name) => !name.startsWith('data/') && name !== 'tagmanifest-sha256.txt');
  const oxum = { bytes: payload.reduce((sum, name) => sum + files.get(name).size, 0), files: payload.length };
  const forms = { 'bagit.txt': 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', 'bag-info.txt': bagInfo(facts, oxum) };
  for (const [name, form] of Object.entries(forms)) {
    const same = files.get(name).size === utf8(form).length && sameBytes(await read(name), utf8(form));
    if (!same) findings.fail('integrity', 'bag.form');
  }
  const manifest = (name) => ({ file: files.get(name), read });
  await judgeManifest(findings, manifest('manifest-sha256.txt'), payload, digests, 'sha256');
  await judgeManifest(findings, manifest('manifest-sha512.txt'), payload, digests, 'sha512');
  await judgeManifest(findings, manifest('tagmanifest-sha256.txt'), tags, digests, 'sha256');
}
