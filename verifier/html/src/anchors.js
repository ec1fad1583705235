// Anchors: older checkpoints that bind entries to moments, and the bracket of each entry (bundle-v1, 6; verdict-v1, 4).
import { anchorName } from './bag.js';
import { sameBytes, utf8 } from './bytes.js';
import { instantText } from './grammars.js';
import { isConsistent } from './merkle.js';
import { readCheckpoint } from './notes.js';
import { judgeCheckpoint } from './policy.js';
import { orNull } from './refusal.js';

const FIVE_MINUTES = 300000000n;

function grouped(names) {
  const sizes = new Map();
  for (const name of names) {
    const anchor = anchorName(name);
    if (!anchor) continue;
    if (!sizes.has(anchor.size)) sizes.set(anchor.size, []);
    sizes.get(anchor.size).push(anchor.part);
  }
  return [...sizes].sort(([a], [b]) => a - b);
}

// One anchor: its checkpoint where it is good, the code of the finding where it is not.
async function judgeAnchor(policy, records, size, parts, read) {
  if (!parts.includes('checkpoint') || !parts.includes('note')) return { code: 'anchor.refused' };
  const bytes = await read(`data/anchors/${size}.checkpoint`);
  const note = await read(`data/anchors/${size}.note`);
  const checkpoint = bytes && note ? orNull(() => readCheckpoint(bytes)) : null;
  const last = records.checkpoint;
  if (!checkpoint || checkpoint.size !== size || size > last.size || !sameBytes(note, utf8(checkpoint.text))) return { code: 'anchor.refused' };
  const said = policy ? await judgeCheckpoint(policy, checkpoint) : { good: true, times: [] };
  if (said.unsupported) return { unsupported: true };
  if (!said.good) return { code: 'anchor.refused' };
  const way = records.consistency.find((one) => one.from === size) ?? { path: [], to: last.size };
  const one = checkpoint.origin === last.origin && way.to === last.size;
  // log-v1, 5.3: a consistency proof that cannot be made
  if (!one || !isConsistent(size, checkpoint.root, last.size, last.root, way.path)) return { code: 'order.fork' };
  return { checkpoint, said };
}

// Whether consistency.jsonl is of other sizes than the anchored ones below the checkpoint's.
function isStrayed(records, sizes) {
  const wanted = sizes.filter((size) => size < records.checkpoint.size);
  const have = records.consistency.map(({ from }) => from);
  return wanted.length !== have.length || wanted.some((size, i) => size !== have[i]);
}

// The good anchors: size, root, times of cosignatures (none without a policy). `tokens`: those that stand beside them, by size. `read` gives null for what is too long.
export async function judgeAnchors(findings, policy, records, names, read) {
  const good = [];
  const groups = grouped(names);
  if (isStrayed(records, groups.map(([size]) => size))) findings.fail('order', 'anchor.refused');
  for (const [size, parts] of groups) {
    findings.count('order');
    const { code, checkpoint, said, unsupported } = await judgeAnchor(policy, records, size, parts, read);
    if (unsupported) findings.notChecked('order', 'signature.unsupported');
    else if (code) findings.fail('order', code);
    else good.push({ size, root: checkpoint.root, times: said.times, tokens: parts.filter((part) => part.endsWith('.tsr')), checkpoint });
  }
  return good;
}

// After the last good cosignature over a size <= index, before the first good token over a size > index.
export function bracketOf(index, cosigned, stamped) {
  const after = cosigned.filter(({ size }) => size <= index).flatMap(({ times }) => times);
  const before = stamped.filter(({ size }) => size > index).flatMap(({ times }) => times);
  const largest = after.reduce((one, other) => (one === null || other > one ? other : one), null);
  const least = before.reduce((one, other) => (one === null || other < one ? other : one), null);
  return { after: largest, before: least };
}

// Runs of the indexes with one bracket; findings of the entries whose clock contradicts theirs.
export function judgeBrackets(findings, indexes, judged, cosigned, stamped) {
  for (const { index, recorded } of judged) {
    const { after, before } = bracketOf(index, cosigned, stamped);
    const late = before !== null && recorded > before + FIVE_MINUTES;
    const early = after !== null && recorded < after - FIVE_MINUTES;
    if (late || early) findings.fail('time', 'time.bracket', [index]);
  }
  const runs = [];
  for (const index of indexes) {
    const { after, before } = bracketOf(index, cosigned, stamped);
    const told = [after, before].map((time) => (time === null ? null : instantText(time)));
    const last = runs.at(-1);
    if (last && last[2] === told[0] && last[3] === told[1]) last[1] = index;
    else runs.push([index, index, ...told]);
  }
  return runs;
}
