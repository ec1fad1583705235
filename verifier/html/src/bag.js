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


// Names and digests as a manifest lists them, or null where a line is not of its form.
function readManifest(bytes, digits) {
  const text = new TextDecoder().decode(bytes);
  const line = new RegExp(`^([0-9a-f]{${digits}})  ([A-Za-z0-9._/-]{1,200})$`);
  if (text !== '' && !text.endsWith('\n')) return null;
  const parts = text.split('\n').slice(0, -1).map((one) => line.exec(one));
  if (parts.includes(null)) return null;
  return parts.map(([, digest, name]) => ({ digest, name }));
}

function judgeManifest(findings, manifest, names, digests, kind) {
  findings.count('integrity');
  const listed = readManifest(manifest, kind === 'sha256' ? 64 : 128);
  if (listed === null) {
    findings.fail('integrity', 'bag.form');
    return;
  }
  const have = listed.map((line) => line.name);
  if (!have.every((name, i) => i === 0 || have[i - 1] < name)) findings.fail('integrity', 'bag.form');
  if (have.length !== names.length || [...have].sort().some((name, i) => name !== names[i])) findings.fail('integrity', 'bag.names');
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
  const bagit = utf8('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
  if (!sameBytes(await read('bagit.txt'), bagit)) findings.fail('integrity', 'bag.form');
  if (!sameBytes(await read('bag-info.txt'), utf8(bagInfo(facts, oxum)))) findings.fail('integrity', 'bag.form');
  judgeManifest(findings, await read('manifest-sha256.txt'), payload, digests, 'sha256');
  judgeManifest(findings, await read('manifest-sha512.txt'), payload, digests, 'sha512');
  judgeManifest(findings, await read('tagmanifest-sha256.txt'), tags, digests, 'sha256');
}
