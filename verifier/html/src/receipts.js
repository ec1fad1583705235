// Receipts handed over beside the bundle: of its issue, or of entries that it may have left out (verdict-v1, 3).
import { hexOf, sameBytes } from './bytes.js';
import { NUMBERED_TYPES } from './completeness.js';
import { leafHash, isIncluded } from './merkle.js';
import { readCheckpoint, readReceipt } from './notes.js';
import { readEntry } from './entries.js';
import { judgeCheckpoint } from './policy.js';
import { demand, orNull } from './refusal.js';
import { judgeSignature } from './signatures.js';
import { fromBase64 } from './base64.js';

// Entry, receipt and checkpoint of a `.receipt` file (bundle-v1, 10). Refuses another form.
export function readReceiptFile(bytes) {
  const cut = bytes.indexOf(0x0a);
  demand(cut > 0, 'no entry before a newline', 'receipt');
  const entry = readEntry(bytes.subarray(0, cut));
  const receipt = readReceipt(bytes.subarray(cut + 1));
  entry.index = receipt.index;
  return { entry, path: receipt.path, checkpoint: readCheckpoint(receipt.checkpoint) };
}

async function isProven(policy, { entry, path, checkpoint }) {
  const said = await judgeCheckpoint(policy, checkpoint);
  return said.good && isIncluded(leafHash(entry.bytes), entry.index, checkpoint.size, path, checkpoint.root);
}

// An issue of this bundle: by the service, of this sealing, naming this zip.
async function judgeIssue(findings, { persons, seal, zip }, entry) {
  const { act, index } = entry;
  const person = persons.get(act.actor.person);
  const key = person?.roles.has('service') ? person.keys.get(act.actor.key) : null;
  const of = key && act.public.sealed === seal?.actHash && key.algorithm === entry.signature.algorithm && entry.signed !== null;
  if (!of || (await judgeSignature(key.algorithm, key, entry.signed, fromBase64(entry.signature.value))) !== 'good') {
    findings.notChecked('order', 'receipt.refused', [index]);
    return;
  }
  findings.count('integrity');
  if (act.public.sha256 === zip.sha256 && act.public.size === zip.size) findings.note('integrity', 'bundle.issued', [index]);
  else findings.fail('integrity', 'bundle.altered', [index]);
}

function belongsHere({ streams, caseStream }, { act }) {
  return streams.has(act.stream) || (caseStream !== null && NUMBERED_TYPES.includes(act.type) && act.public.case === caseStream);
}

function judgeOther(findings, context, entry) {
  const { leaves, at, bundle } = context;
  const here = leaves.get(entry.index);
  const lost = here === undefined && entry.index < at && belongsHere(context, entry) && entry.act.stream !== bundle;
  if (here !== undefined && here !== hexOf(entry.leaf)) findings.fail('order', 'order.fork', [entry.index]);
  else if (lost) findings.fail('order', 'entry.left-out', [entry.index]);
  else findings.note('order', 'receipt.beside', [entry.index]);
}

// One receipt file under the policy. context: persons, seal, zip, streams that belong here, caseStream, leaves (index to hex), at, bundle, checkpoint.
export async function judgeReceipt(findings, policy, bytes, context) {
  const receipt = orNull(() => readReceiptFile(bytes));
  const last = context.checkpoint;
  if (!receipt || !policy || receipt.checkpoint.origin !== last.origin || !(await isProven(policy, receipt))) {
    findings.notChecked('order', 'receipt.refused');
    return;
  }
  const { entry, checkpoint } = receipt;
  if (checkpoint.size === last.size && !sameBytes(checkpoint.root, last.root)) findings.fail('order', 'order.fork');
  else if (entry.act.type === 'bundle.issued.v1' && entry.act.stream === context.bundle) await judgeIssue(findings, context, entry);
  else judgeOther(findings, context, entry);
}

export function isIssue(bytes) {
  return orNull(() => readReceiptFile(bytes))?.entry.act.type === 'bundle.issued.v1';
}
