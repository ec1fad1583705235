// Receipts handed over beside the bundle: of its issue, or of entries that it may have left out (verdict-v1, 3).
import { sameBytes } from './bytes.js';
import { leafHash, isIncluded } from './merkle.js';
import { readCheckpoint, readReceipt } from './notes.js';
import { readEntry } from './entries.js';
import { judgeCheckpoint } from './policy.js';
import { demand, orNull } from './refusal.js';
import { judgeSignature } from './signatures.js';
import { fromBase64 } from './base64.js';

const INTO_CASE = ['exhibit.received.v1', 'exhibit.case-corrected.v1'];

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

async function judgeIssue(findings, context, entry) {
  const { keys, sealing, zip, service } = context;
  const key = keys.get(entry.act.actor.key);
  const good =
    entry.act.actor.person === service && key && key.algorithm === entry.signature.algorithm && entry.signed !== null &&
    (await judgeSignature(entry.signature.algorithm, key, entry.signed, fromBase64(entry.signature.value))) === 'good';
  if (!good || entry.act.public.sealed !== sealing?.seal.actHash) {
    findings.notChecked('order', 'receipt.refused', [entry.index]);
    return;
  }
  const { sha256: digest, size } = entry.act.public;
  if (digest === zip.sha256 && size === zip.size) findings.note('integrity', 'bundle.issued', [entry.index]);
  else findings.fail('integrity', 'bundle.altered', [entry.index]);
}

function belongsHere(context, { act }) {
  const { listed, sealing } = context;
  if (listed.has(act.stream)) return true;
  return sealing !== null && sealing.scope.case !== null && INTO_CASE.includes(act.type) && act.public.case === sealing.scope.case;
}

function judgeOther(findings, context, entry) {
  const { entries, sealing } = context;
  const here = entries.find((one) => one.index === entry.index);
  if (here && !sameBytes(here.bytes, entry.bytes)) findings.fail('order', 'order.fork', [entry.index]);
  else if (here || !belongsHere(context, entry) || !sealing || entry.index >= sealing.given.at) findings.note('order', 'receipt.beside', [entry.index]);
  else findings.fail('order', 'entry.left-out', [entry.index]);
}

// One receipt file under the policy. context: keys, sealing, zip, service, listed, entries, bundle, checkpoint.
export async function judgeReceipt(findings, policy, bytes, context) {
  const receipt = orNull(() => readReceiptFile(bytes));
  findings.count('order');
  if (!receipt || !policy || !(await isProven(policy, receipt))) {
    findings.notChecked('order', 'receipt.refused');
    return;
  }
  const { entry, checkpoint } = receipt;
  const last = context.checkpoint;
  if (checkpoint.size === last.size && !sameBytes(checkpoint.root, last.root)) findings.fail('order', 'order.fork');
  if (entry.act.type === 'bundle.issued.v1' && entry.act.stream === context.bundle) await judgeIssue(findings, context, entry);
  else judgeOther(findings, context, entry);
}

export function isIssue(bytes) {
  return orNull(() => readReceiptFile(bytes))?.entry.act.type === 'bundle.issued.v1';
}
