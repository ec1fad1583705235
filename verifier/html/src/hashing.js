// Digests of a stretch of the file: small ones by the browser's own cryptography, large ones piece by piece.
import { Crc32 } from './crc32.js';
import { hexOf } from './bytes.js';
import { Sha256 } from './sha256.js';
import { Sha512 } from './sha512.js';
import { PIECE } from './source.js';

const SMALL = 64 << 20;

async function native(name, bytes) {
  return hexOf(new Uint8Array(await crypto.subtle.digest(name, bytes)));
}

async function digestsOfSmall(source, from, length) {
  const bytes = await source.bytesOfBlob(from, length);
  const [short, long] = await Promise.all([native('SHA-256', bytes), native('SHA-512', bytes)]);
  return { crc: new Crc32().update(bytes).digest(), sha256: short, sha512: long, size: length };
}

// CRC-32, SHA-256 and SHA-512 of the bytes from..from+length; `told` is called with the bytes that were read.
export async function digestsOf(source, from, length, told = () => {}) {
  if (length <= SMALL && globalThis.crypto?.subtle) {
    const digests = await digestsOfSmall(source, from, length);
    told(length);
    return digests;
  }
  const hashes = [new Crc32(), new Sha256(), new Sha512()];
  for await (const piece of source.pieces(from, length)) {
    for (const hash of hashes) hash.update(piece);
    told(piece.length);
  }
  const [crc, short, long] = hashes.map((hash) => hash.digest());
  return { crc, sha256: hexOf(short), sha512: hexOf(long), size: length };
}

// SHA-256 of a whole file, in hex.
export async function sha256Of(source, told = () => {}) {
  if (source.size <= PIECE * 8 && globalThis.crypto?.subtle) return native('SHA-256', await source.bytesOfBlob(0, source.size));
  const hash = new Sha256();
  for await (const piece of source.pieces(0, source.size)) {
    hash.update(piece);
    told(piece.length);
  }
  return hexOf(hash.digest());
}
