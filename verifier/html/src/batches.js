// Acts under one signature stand in its order at consecutive indexes (entry-v1, 6; continuity-v1, 4).
import { hexOf } from './bytes.js';
import { leafHash, rootOf } from './merkle.js';
import { sameBytes, utf8 } from './bytes.js';
import { toBase64 } from './base64.js';

function grouped(entries) {
  const groups = new Map();
  for (const entry of entries.filter((one) => one.signature.batch && one.signed)) {
    const key = `${entry.act.actor.key} ${hexOf(entry.signed)}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()];
}

function isInOrder(group, whole) {
  const [first] = group;
  const { size } = first.signature.batch;
  const base = first.index - first.signature.batch.index;
  const placed = group.every((entry) => entry.signature.batch.size === size && entry.index - entry.signature.batch.index === base);
  if (!placed || (whole && group.length !== size)) return false;
  if (group.length < size) return true;
  const root = rootOf(group.map((entry) => leafHash(entry.message)));
  return sameBytes(first.signed, utf8(`custody-acts/1\n${toBase64(root)}\n`));
}

// Adds a finding for each batch that is out of order, or, where the ledger is whole, is not all there.
export function judgeBatches(findings, entries, whole) {
  for (const group of grouped(entries)) {
    if (!isInOrder(group, whole)) findings.fail('order', 'order.batch', group.map((entry) => entry.index));
  }
}
