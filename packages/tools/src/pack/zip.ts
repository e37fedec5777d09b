import { crc32, deflateRawSync } from 'node:zlib';

/** Files by path, with slashes between folders, in the order in which they are to be written. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** 1980-01-01, the first day that the format can say: the same files are the same bytes whenever they are packed. */
const DATE = 0x0021;
const VERSION_NEEDED = 20;
const MADE_ON_UNIX = (3 << 8) | VERSION_NEEDED;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
const REGULAR_FILE = (0o100644 << 16) >>> 0;

/** A zip archive (APPNOTE 6.3, 4.3) of these files, compressed. */
export function writeZip(files: Files): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [path, content] of files) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(content, { level: 9 });
    // What both headers of a file say, in the same order.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION_NEEDED, 0);
    common.writeUInt16LE(UTF8_NAMES, 2);
    common.writeUInt16LE(DEFLATED, 4);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(REGULAR_FILE, 6);
    tail.writeUInt32LE(at, 10);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(MADE_ON_UNIX, 0);
    locals.push(local);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), made, common, tail, name);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, list, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
