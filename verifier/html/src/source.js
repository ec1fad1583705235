// Reading at random places of a file of any size: small reads out of one held window, long ones in pieces.

const WINDOW = 1 << 20;
export const PIECE = 4 << 20;

export class Source {
  // The blob is the file as the browser gives it; only the slices that are asked for are read.
  constructor(blob) {
    this.blob = blob;
    this.size = blob.size;
    this.from = 0;
    this.window = new Uint8Array(0);
  }

  async bytesOfBlob(from, length) {
    return new Uint8Array(await this.blob.slice(from, from + length).arrayBuffer());
  }

  async read(from, length) {
    if (length > WINDOW) return this.bytesOfBlob(from, length);
    if (from < this.from || from + length > this.from + this.window.length) {
      this.window = await this.bytesOfBlob(from, WINDOW);
      this.from = from;
    }
    return this.window.slice(from - this.from, from - this.from + length);
  }

  // The bytes from..from+length, piece after piece.
  async *pieces(from, length) {
    for (let at = from; at < from + length; at += PIECE) {
      yield await this.bytesOfBlob(at, Math.min(PIECE, from + length - at));
    }
  }
}
