import { inflateRawSync } from 'node:zlib';
import type { Rejection } from '../catalogue/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { isLimitFault, tooLarge, unpackedBytesMax, unreadable } from './archive-file.ts';
import type { ArchiveFile } from './archive-file.ts';
import { ARCHIVE_LIMITS } from './limits.ts';

const END_BYTES = 22;
const END_SIGNATURE = 0x06054b50;
const ENTRY_BYTES = 46;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;
const COMMENT_BYTES_MAX = 0xffff;
const LINK_MODE = 0o120000;

/** The files of a zip archive by its directory (APPNOTE 6.3, 4.3.12). Folders and links are left out. */
export function readZip(bytes: Buffer): Result<ArchiveFile[], Rejection> {
  const end = endOf(bytes);
  if (end === undefined) return fail(unreadable('The zip archive has no directory; it is not complete.'));
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff || count > ARCHIVE_LIMITS.entries) {
    return fail(tooLarge(`The archive has more than ${ARCHIVE_LIMITS.entries} files.`));
  }
  const files: ArchiveFile[] = [];
  let left = unpackedBytesMax(bytes.length);
  for (let index = 0; index < count; index += 1) {
    const entry = entryAt(bytes, at);
    if (!entry) return fail(unreadable('The directory of the zip archive is broken.'));
    at = entry.next;
    if (entry.path.endsWith('/') || entry.isLink) continue;
    const content = contentOf(bytes, entry, left);
    if (!content.ok) return content;
    left -= content.value.length;
    files.push({ path: entry.path, content: content.value });
  }
  return ok(files);
}

function endOf(bytes: Buffer): number | undefined {
  const first = Math.max(0, bytes.length - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = bytes.length - END_BYTES; at >= first; at -= 1) {
    if (bytes.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  return undefined;
}

interface Entry {
  readonly path: string;
  readonly isEncrypted: boolean;
  readonly isLink: boolean;
  readonly method: number;
  readonly packedBytes: number;
  readonly local: number;
  readonly next: number;
}

function entryAt(bytes: Buffer, at: number): Entry | undefined {
  if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) return undefined;
  const nameBytes = bytes.readUInt16LE(at + 28);
  const more = bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  const name = at + ENTRY_BYTES;
  if (name + nameBytes + more > bytes.length) return undefined;
  return {
    path: bytes.toString('utf8', name, name + nameBytes),
    isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    isLink: ((bytes.readUInt32LE(at + 38) >>> 16) & 0o170000) === LINK_MODE,
    method: bytes.readUInt16LE(at + 10),
    packedBytes: bytes.readUInt32LE(at + 20),
    local: bytes.readUInt32LE(at + 42),
    next: name + nameBytes + more,
  };
}

function contentOf(bytes: Buffer, entry: Entry, bytesMax: number): Result<Uint8Array, Rejection> {
  const { local, method, packedBytes } = entry;
  const broken = fail(unreadable('A file of the zip archive is broken.'));
  if (entry.isEncrypted) return fail(unreadable('The zip archive is encrypted.'));
  if (local + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(local) !== LOCAL_SIGNATURE) return broken;
  const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (start + packedBytes > bytes.length) return broken;
  const packed = bytes.subarray(start, start + packedBytes);
  if (method === 0) return packed.length > bytesMax ? fail(grown()) : ok(packed);
  if (method !== 8) return fail(unreadable('The zip archive is packed in a way that is not supported.'));
  if (bytesMax === 0) return fail(grown());
  try {
    // What the directory says of the size is not believed.
    return ok(inflateRawSync(packed, { maxOutputLength: bytesMax }));
  } catch (thrown) {
    return isLimitFault(thrown) ? fail(grown()) : broken;
  }
}

function grown(): Rejection {
  return tooLarge('The archive unpacks to more than is read.');
}
