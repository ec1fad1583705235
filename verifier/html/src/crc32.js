// CRC-32 of zip files, eight bytes at a time.

const CRC_TABLES = new Int32Array(8 * 256);
for (let n = 0; n < 256; n += 1) {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  CRC_TABLES[n] = value;
}
for (let n = 256; n < 2048; n += 1) CRC_TABLES[n] = (CRC_TABLES[n - 256] >>> 8) ^ CRC_TABLES[CRC_TABLES[n - 256] & 0xff];

export class Crc32 {
  constructor() {
    this.value = -1;
  }

  update(bytes) {
    let c = this.value;
    let i = 0;
    const whole = bytes.length - (bytes.length % 8);
    for (; i < whole; i += 8) {
      c ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
      c =
        CRC_TABLES[1792 + (c & 0xff)] ^
        CRC_TABLES[1536 + ((c >>> 8) & 0xff)] ^
        CRC_TABLES[1280 + ((c >>> 16) & 0xff)] ^
        CRC_TABLES[1024 + (c >>> 24)] ^
        CRC_TABLES[768 + bytes[i + 4]] ^
        CRC_TABLES[512 + bytes[i + 5]] ^
        CRC_TABLES[256 + bytes[i + 6]] ^
        CRC_TABLES[bytes[i + 7]];
    }
    for (; i < bytes.length; i += 1) c = (c >>> 8) ^ CRC_TABLES[(c ^ bytes[i]) & 0xff];
    this.value = c;
    return this;
  }

  digest() {
    return ~this.value >>> 0;
  }
}
