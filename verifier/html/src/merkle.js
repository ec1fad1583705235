// The tree: hashes, roots, inclusion and consistency (ledger-v1, 2 to 4).
import { sameBytes } from './bytes.js';
import { sha256 } from './sha256.js';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(entry) {
  return sha256(LEAF, entry);
}

function nodeHash(left, right) {
  return sha256(NODE, left, right);
}

function grow(frontier, leaf) {
  frontier.push({ size: 1, hash: leaf });
  while (frontier.length > 1 && frontier.at(-1).size === frontier.at(-2).size) {
    const right = frontier.pop();
    const left = frontier.pop();
    frontier.push({ size: 2 * right.size, hash: nodeHash(left.hash, right.hash) });
  }
}

function rootOfFrontier(frontier) {
  if (frontier.length === 0) return sha256();
  return frontier.map((part) => part.hash).reduceRight((right, left) => nodeHash(left, right));
}

// Root over leaf hashes, by the frontier.
export function rootOf(leaves) {
  const frontier = [];
  for (const leaf of leaves) grow(frontier, leaf);
  return rootOfFrontier(frontier);
}

// Roots of the first n leaves for each n of a set, in one pass.
export function rootsOf(leaves, sizes) {
  const frontier = [];
  const roots = new Map();
  leaves.forEach((leaf, i) => {
    grow(frontier, leaf);
    if (sizes.has(i + 1)) roots.set(i + 1, rootOfFrontier(frontier));
  });
  return roots;
}

const half = (value) => Math.floor(value / 2);

// Root to which an inclusion path leads, or null where it does not fit (ledger-v1, 3.2).
export function rootOfPath(leaf, index, size, path) {
  if (!(index >= 0 && index < size) || path.some((hash) => hash.length !== 32)) return null;
  let fn = index;
  let sn = size - 1;
  let root = leaf;
  for (const hash of path) {
    if (sn === 0) return null;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(hash, root);
      while (fn % 2 === 0 && fn > 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      root = nodeHash(root, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? root : null;
}

export function isIncluded(leaf, index, size, path, root) {
  const led = rootOfPath(leaf, index, size, path);
  return led !== null && sameBytes(led, root);
}

function isPowerOfTwo(value) {
  let rest = value;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}

// Whether the tree of size m is the beginning of that of size n (ledger-v1, 4.2).
export function isConsistent(m, rootM, n, rootN, path) {
  if (!(m > 0 && m <= n) || [rootM, rootN, ...path].some((hash) => hash.length !== 32)) return false;
  if (m === n) return path.length === 0 && sameBytes(rootM, rootN);
  if (path.length === 0) return false;
  const hashes = isPowerOfTwo(m) ? [rootM, ...path] : path;
  let fn = m - 1;
  let sn = n - 1;
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let first = hashes[0];
  let second = hashes[0];
  for (const hash of hashes.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      first = nodeHash(hash, first);
      second = nodeHash(hash, second);
      while (fn % 2 === 0 && fn > 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      second = nodeHash(second, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameBytes(first, rootM) && sameBytes(second, rootN);
}
