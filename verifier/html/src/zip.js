// The zip profile: the directory read, every header rebuilt from names and bytes, and compared (bundle-v1, 2).
import { joined, joinedList, sameBytes, textOf, utf8 } from './bytes.js';
import { demand, Refusal } from './refusal.js';

const TOO_LARGE = 0xffffffff;
const FOLDER = /^bundle-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^(?=.{1,200}$)[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const MOST_FILES = 100000;
const MOST_DIRECTORY = MOST_FILES * (46 + 250 + 28);

class Writer {
  constructor() {
    this.values = [];
  }

  two(...values) {
    for (const value of values) this.values.push(value & 0xff, value >>> 8);
    return this;
  }

  four(...values) {
    for (const value of values) this.two(value & 0xffff, value >>> 16);
    return this;
  }

  eight(...values) {
    for (const value of values) this.four(value % 4294967296, Math.floor(value / 4294967296));
    return this;
  }

  bytes() {
    return Uint8Array.from(this.values);
  }
}

const capped = (value, most) => Math.min(value, most);

function extraOf(size, offset) {
  const large = [];
  if (size >= TOO_LARGE) large.push(size, size);
  if (offset >= TOO_LARGE) large.push(offset);
  return large.length === 0 ? new Uint8Array(0) : new Writer().two(1, 8 * large.length).eight(...large).bytes();
}

// bundle-v1, 2.3
function localHeader(file) {
  const extra = extraOf(file.size, 0);
  const size = capped(file.size, TOO_LARGE);
  const name = utf8(file.fullName);
  const fields = new Writer().four(0x04034b50).two(extra.length ? 45 : 20, 0, 0, 0, 33).four(file.crc, size, size);
  return joined(fields.two(name.length, extra.length).bytes(), name, extra);
}

// bundle-v1, 2.4
function centralHeader(file, offset) {
  const extra = extraOf(file.size, offset);
  const size = capped(file.size, TOO_LARGE);
  const name = utf8(file.fullName);
  const fields = new Writer().four(0x02014b50).two(0x032d, extra.length ? 45 : 20, 0, 0, 0, 33).four(file.crc, size, size);
  fields.two(name.length, extra.length, 0, 0, 0).four(0x81a40000, capped(offset, TOO_LARGE));
  return joined(fields.bytes(), name, extra);
}

// bundle-v1, 2.6
function endRecords(count, size, offset) {
  const end = new Writer().four(0x06054b50).two(0, 0, capped(count, 0xffff), capped(count, 0xffff));
  end.four(capped(size, TOO_LARGE), capped(offset, TOO_LARGE)).two(0);
  if (count < 0xffff && size < TOO_LARGE && offset < TOO_LARGE) return end.bytes();
  const record = new Writer().four(0x06064b50).eight(44).two(0x032d, 45).four(0, 0).eight(count, count, size, offset);
  const locator = new Writer().four(0x07064b50, 0).eight(offset + size).four(1);
  return joined(record.bytes(), locator.bytes(), end.bytes());
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function eightBytes(view, at) {
  demand(at + 8 <= view.byteLength, 'a ZIP64 field that is cut off', 'zip');
  const value = Number(view.getBigUint64(at, true));
  demand(Number.isSafeInteger(value), 'a number that is too large', 'zip');
  return value;
}

async function readEnd(source) {
  demand(source.size >= 22, 'shorter than an end record', 'zip');
  const end = viewOf(await source.read(source.size - 22, 22));
  demand(end.getUint32(0, true) === 0x06054b50, 'no end record in the last 22 bytes', 'zip');
  const told = { count: end.getUint16(10, true), size: end.getUint32(12, true), offset: end.getUint32(16, true) };
  if (told.count < 0xffff && told.size < TOO_LARGE && told.offset < TOO_LARGE) return told;
  demand(source.size >= 98, 'no ZIP64 end record', 'zip');
  const record = viewOf(await source.read(source.size - 98, 76));
  demand(record.getUint32(0, true) === 0x06064b50, 'no ZIP64 end record', 'zip');
  return { count: eightBytes(record, 32), size: eightBytes(record, 40), offset: eightBytes(record, 48) };
}

function readLarge(extra, file) {
  let at = 4;
  const next = () => {
    const value = eightBytes(extra, at);
    at += 8;
    return value;
  };
  if (file.size === TOO_LARGE) {
    file.size = next();
    next();
  }
  if (file.offset === TOO_LARGE) file.offset = next();
}

// One central header at `at`: the file, and where the next begins.
function readCentral(directory, view, at) {
  demand(at + 46 <= directory.length && view.getUint32(at, true) === 0x02014b50, 'a central header that cannot be read', 'zip');
  const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const end = at + 46 + name + extra + comment;
  demand(end <= directory.length, 'a central header that is cut off', 'zip');
  const file = { crc: view.getUint32(at + 16, true), size: view.getUint32(at + 24, true), offset: view.getUint32(at + 42, true) };
  file.fullName = nameOf(directory.subarray(at + 46, at + 46 + name));
  if (file.size === TOO_LARGE || file.offset === TOO_LARGE) readLarge(viewOf(directory.subarray(at + 46 + name, at + 46 + name + extra)), file);
  return { file, end };
}

function nameOf(bytes) {
  try {
    return textOf(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal('a name that is not of the grammar', 'zip');
    throw error;
  }
}

function checkNames(files) {
  const folder = files[0].fullName.split('/')[0];
  demand(FOLDER.test(folder), 'another top folder', 'zip');
  files.forEach((file, i) => {
    demand(file.fullName.startsWith(`${folder}/`), 'another top folder', 'zip');
    file.name = file.fullName.slice(folder.length + 1);
    demand(NAME.test(file.name), 'a name that is not of the grammar', 'zip');
    demand(i === 0 || files[i - 1].fullName < file.fullName, 'names out of order', 'zip');
  });
  return folder;
}

async function readFiles(source, told) {
  demand(told.count >= 1 && told.count <= MOST_FILES && told.size <= MOST_DIRECTORY, 'too many files, or none', 'zip');
  demand(told.offset + told.size <= source.size, 'a directory beyond the end', 'zip');
  const directory = await source.bytesOfBlob(told.offset, told.size);
  const view = viewOf(directory);
  const files = [];
  let at = 0;
  while (files.length < told.count) {
    const { file, end } = readCentral(directory, view, at);
    files.push(file);
    at = end;
  }
  return { files, rest: told.size - at };
}

// Where each file's bytes begin. Refuses gaps and overlaps; returns where the directory begins.
function place(files) {
  let offset = 0;
  for (const file of files) {
    demand(file.offset === offset, 'a gap, or bytes that overlap', 'zip');
    file.header = offset;
    file.begin = offset + localHeader(file).length;
    offset = file.begin + file.size;
  }
  return offset;
}

async function isSame(source, from, bytes) {
  return from + bytes.length <= source.size && sameBytes(await source.read(from, bytes.length), bytes);
}

// The names of headers that differ from the rebuilt ones; 'directory' for what follows the files.
async function differing(source, files, offset) {
  const different = [];
  for (const file of files) if (!(await isSame(source, file.header, localHeader(file)))) different.push(file.name);
  const central = files.map((file) => centralHeader(file, file.header));
  const size = central.reduce((length, header) => length + header.length, 0);
  const tail = joinedList([...central, endRecords(files.length, size, offset)]);
  if (offset + tail.length !== source.size || !(await isSame(source, offset, tail))) different.push('directory');
  return different;
}

// Folder, files (name, size, crc, begin) by name, and what differs from the profile. Refuses what cannot be read.
export async function readZip(source) {
  const told = await readEnd(source);
  const { files } = await readFiles(source, told);
  const folder = checkNames(files);
  const offset = place(files);
  demand(offset === told.offset, 'a gap before the directory', 'zip');
  const different = await differing(source, files, offset);
  return { folder, files: new Map(files.map((file) => [file.name, file])), different };
}
