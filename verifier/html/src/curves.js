// Points of the two curves, as far as a key that binds nobody must be told (ledger-v1, 7).

const P = 2n ** 255n - 19n;

function mod(value, prime) {
  const rest = value % prime;
  return rest < 0n ? rest + prime : rest;
}

function power(base, exponent, prime) {
  let result = 1n;
  let square = mod(base, prime);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n, P), P);

export function numberOfBytes(bytes) {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

// Why the 32 bytes are no Ed25519 key to rely on, or null.
export function faultOfEd25519(bytes) {
  const encoded = numberOfBytes(Uint8Array.from(bytes).reverse());
  const sign = encoded >> 255n;
  const y = encoded & (2n ** 255n - 1n);
  if (y >= P) return 'y is not below the prime';
  const y2 = mod(y * y, P);
  const denominator = mod(D * y2 + 1n, P);
  const x2 = mod((y2 - 1n) * power(denominator, P - 2n, P), P);
  if (x2 !== 0n && power(x2, (P - 1n) / 2n, P) !== 1n) return 'the point is not on the curve';
  if (x2 === 0n && sign === 1n) return 'x is 0 with the sign bit set';
  const order8 = mod(D * y2 * y2 + 2n * y2 - 1n, P) === 0n;
  if (y === 0n || y === 1n || y === P - 1n || order8) return 'the point is of small order';
  return null;
}

const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B256 = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
export const ORDER_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
export const ORDER_ED25519 = 2n ** 252n + 27742317777372353535851937790883648493n;

// Why X and Y of 32 bytes each are no point of P-256, or null.
export function faultOfP256(bytes) {
  const x = numberOfBytes(bytes.subarray(0, 32));
  const y = numberOfBytes(bytes.subarray(32));
  if (x >= P256 || y >= P256) return 'a coordinate is not below the prime';
  return mod(y * y - (x * x * x - 3n * x + B256), P256) === 0n ? null : 'the point is not on the curve';
}


