import { deflateRawSync, gzipSync } from 'node:zlib';

export interface Entry {
  readonly path: string;
  readonly content?: string | Buffer;
  /** A symbolic link; the content is where it leads. */
  readonly link?: boolean;
  /** What the archive says of its size, if not the truth. */
  readonly claims?: number;
}

/** A zip archive of these entries, as they are: nothing is checked. */
export function makeZip(entries: readonly Entry[], { stored = false } = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { path, content = '', link = false, claims } of entries) {
    const bytes = Buffer.from(content);
    const packed = stored ? bytes : deflateRawSync(bytes);
    const name = Buffer.from(path);
    const size = claims ?? bytes.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(stored ? 0 : 8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(((link ? 0o120777 : 0o100644) << 16) >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    locals.push(local, name, packed);
    directory.push(entry, name);
    at += local.length + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, list, end]);
}

/** A tar archive of these entries; a long path is written as GNU tar or as pax does. */
export function makeTar(entries: readonly Entry[], longPaths: 'gnu' | 'pax' = 'gnu'): Buffer {
  const blocks: Buffer[] = [];
  for (const { path, content = '', link = false } of entries) {
    if (Buffer.byteLength(path) > 100) {
      const long = longPaths === 'gnu' ? Buffer.from(`${path}\0`) : paxRecord(path);
      blocks.push(header('././@LongLink', long.length, longPaths === 'gnu' ? 'L' : 'x'), padded(long));
    }
    const bytes = Buffer.from(content);
    if (link) blocks.push(header(path, 0, '2', bytes.toString()));
    else blocks.push(header(path, bytes.length, path.endsWith('/') ? '5' : '0'), padded(bytes));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function makeTarGz(entries: readonly Entry[]): Buffer {
  return gzipSync(makeTar(entries));
}

function header(path: string, size: number, type: string, link = ''): Buffer {
  const block = Buffer.alloc(512);
  block.write(path.slice(0, 100), 0);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function paxRecord(path: string): Buffer {
  const rest = ` path=${path}\n`;
  let length = Buffer.byteLength(rest);
  while (Buffer.byteLength(`${length}${rest}`) !== length) length = Buffer.byteLength(`${length}${rest}`);
  return Buffer.from(`${length}${rest}`);
}
