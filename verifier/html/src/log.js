// A copy of the log: tiles, entries and checkpoint fit each other and the policy; what belongs in the bundle is there (log-v1, 2).
import { hexOf, sameBytes } from './bytes.js';
import { NUMBERED_TYPES } from './completeness.js';
import { readEntry } from './entries.js';
import { leafHash, rootOf, rootsOf } from './merkle.js';
import { readCheckpoint } from './notes.js';
import { judgeCheckpoint } from './policy.js';
import { demand } from './refusal.js';

const WIDTH = 256;
const MOST_IN_NOTE = 1000000;
const MOST_IN_BUNDLE = WIDTH * 65537;

// Number of a tile in groups of three digits (log-v1, 2.1).
function numbered(number) {
  const groups = [];
  for (let rest = number; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(String(rest % 1000).padStart(3, '0'));
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

class LogCopy {
  // files: path below the folder to blob; here: leaf hash in hex of the entries that need no looking at, by index; at: below which all are looked at.
  constructor(files, here, at) {
    this.files = files;
    this.here = here;
    this.at = at;
    this.leaves = [];
    this.places = [];
  }

  async bytes(name, most = MOST_IN_BUNDLE) {
    const blob = this.files.get(name);
    demand(blob, 'missing', name);
    demand(blob.size <= most, 'too long', name);
    return new Uint8Array(await blob.arrayBuffer());
  }

  // The first `width` of a tile or bundle, out of the full one where there is one.
  async part(stem, width) {
    const full = this.files.has(stem) || width === WIDTH;
    return this.bytes(full ? stem : `${stem}.p/${width}`);
  }

  async read() {
    this.checkpoint = readCheckpoint(await this.bytes('checkpoint', MOST_IN_NOTE));
    const { size, root } = this.checkpoint;
    for (let at = 0; at < size; at += WIDTH) await this.readBundle(at / WIDTH, Math.min(WIDTH, size - at));
    await this.checkTiles();
    demand(sameBytes(rootOf(this.leaves), root), 'another root', 'checkpoint');
  }

  async readBundle(number, width) {
    const name = `tile/entries/${numbered(number)}`;
    const bytes = await this.part(name, width);
    let at = 0;
    for (let i = 0; i < width; i += 1) {
      demand(at + 2 <= bytes.length, 'cut off', name);
      const end = at + 2 + bytes[at] * 256 + bytes[at + 1];
      demand(end <= bytes.length, 'cut off', name);
      this.take(bytes.subarray(at + 2, end));
      at = end;
    }
  }

  take(bytes) {
    const index = this.leaves.length;
    const leaf = leafHash(bytes);
    this.leaves.push(leaf);
    if (index >= this.at || this.here.get(index) === hexOf(leaf)) return;
    const { act } = readEntry(bytes);
    this.places.push({ index, stream: act.stream, into: NUMBERED_TYPES.includes(act.type) ? (act.public.case ?? null) : null });
  }

  async checkTiles() {
    let hashes = this.leaves;
    for (let level = 0; hashes.length > 0; level += 1) {
      for (let at = 0; at < hashes.length; at += WIDTH) {
        const some = hashes.slice(at, at + WIDTH);
        const name = `tile/${level}/${numbered(at / WIDTH)}`;
        const tile = await this.part(name, some.length);
        demand(some.every((hash, i) => hexOf(hash) === hexOf(tile.subarray(32 * i, 32 * i + 32))), 'other hashes', name);
      }
      const full = Math.floor(hashes.length / WIDTH);
      hashes = Array.from({ length: full }, (_, i) => rootOf(hashes.slice(WIDTH * i, WIDTH * (i + 1))));
    }
  }

  rootsAt(sizes) {
    return rootsOf(this.leaves, sizes);
  }
}

// The copy where it is sound and large enough; findings are added where it is not. at: the size that bundle.json names; here: as LogCopy has it.
export async function judgeLog(findings, policy, files, { checkpoint, at, here }) {
  if (!policy) {
    findings.notChecked('order', 'log.refused');
    return null;
  }
  const copy = new LogCopy(files, here, at);
  let fault = null;
  await copy.read().catch((error) => {
    if (error.name !== 'Refusal') throw error;
    fault = error.message;
  });
  const said = fault === null ? await judgeCheckpoint(policy, copy.checkpoint) : null;
  if (said?.unsupported) {
    findings.notChecked('order', 'signature.unsupported');
    return null;
  }
  if (fault !== null || !said.good || copy.checkpoint.origin !== checkpoint.origin) {
    findings.fail('order', 'log.refused', [], fault ?? '');
    return null;
  }
  findings.count('order', copy.leaves.length);
  if (copy.checkpoint.size < at) {
    findings.notChecked('order', 'log.short');
    return null;
  }
  const root = copy.rootsAt(new Set([checkpoint.size])).get(checkpoint.size);
  if (root && !sameBytes(root, checkpoint.root)) findings.fail('order', 'order.fork');
  return copy;
}

// Of the entries that are not here, none is of a stream that belongs here, or has a number in the case of the scope.
export function judgeScan(findings, copy, { streams, caseStream }) {
  for (const { index, stream, into } of copy.places) {
    if (streams.has(stream) || (caseStream !== null && into === caseStream)) findings.fail('order', 'entry.left-out', [index]);
  }
}

