// A copy of the log: tiles, entries and checkpoint fit each other and the policy; what belongs in the bundle is there (log-v1, 2).
import { hexOf, sameBytes } from './bytes.js';
import { readEntry } from './entries.js';
import { leafHash, rootOf, rootsOf } from './merkle.js';
import { readCheckpoint } from './notes.js';
import { judgeCheckpoint } from './policy.js';
import { demand } from './refusal.js';

const WIDTH = 256;
const INTO = ['exhibit.received.v1', 'exhibit.case-corrected.v1'];

// Number of a tile in groups of three digits (log-v1, 2.1).
function numbered(number) {
  const groups = [];
  for (let rest = number; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(String(rest % 1000).padStart(3, '0'));
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

class LogCopy {
  // files: path below the folder to blob.
  constructor(files) {
    this.files = files;
    this.leaves = [];
    this.places = [];
  }

  async bytes(name) {
    const blob = this.files.get(name);
    demand(blob, 'missing', name);
    return new Uint8Array(await blob.arrayBuffer());
  }

  // The first `width` of a tile or bundle, out of the full one where there is one.
  async part(stem, width) {
    const full = this.files.has(stem) || width === WIDTH;
    return this.bytes(full ? stem : `${stem}.p/${width}`);
  }

  async read() {
    this.checkpoint = readCheckpoint(await this.bytes('checkpoint'));
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
    this.leaves.push(leafHash(bytes));
    const { act } = readEntry(bytes);
    this.places.push({ stream: act.stream, into: INTO.includes(act.type) ? (act.public.case ?? null) : null });
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

// The copy where it is sound and large enough; findings are added where it is not. at: the sealed size.
export async function judgeLog(findings, policy, files, checkpoint, at) {
  const copy = new LogCopy(files);
  let fault = null;
  findings.count('order');
  await copy.read().catch((error) => {
    if (error.name !== 'Refusal') throw error;
    fault = error.message;
  });
  const said = fault === null && policy ? await judgeCheckpoint(policy, copy.checkpoint) : null;
  if (said?.unsupported) {
    findings.notChecked('order', 'signature.unsupported');
    return null;
  }
  if (fault !== null || !said?.good) {
    findings.fail('order', 'log.refused', [], fault ?? '');
    return null;
  }
  const root = copy.rootsAt(new Set([checkpoint.size])).get(checkpoint.size);
  if (root && !sameBytes(root, checkpoint.root)) findings.fail('order', 'order.fork');
  if (copy.checkpoint.size >= at) return copy;
  findings.notChecked('order', 'log.short');
  return null;
}

// Every entry below `at` of a listed stream, or with a number in the case of the scope, is here.
export function judgeScan(findings, copy, { at, listed, here, caseStream }) {
  copy.places.slice(0, at).forEach(({ stream, into }, index) => {
    const belongs = listed.has(stream) || (caseStream !== null && into === caseStream);
    if (belongs && !here.has(index)) findings.fail('order', 'entry.left-out', [index]);
  });
}

