import { gunzipSync } from 'node:zlib';
import type { Rejection } from '../catalogue/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { isLimitFault, tooLarge, unpackedBytesMax, unreadable } from './archive-file.ts';
import type { ArchiveFile } from './archive-file.ts';
import { ARCHIVE_LIMITS } from './limits.ts';

const BLOCK = 512;
const BROKEN = fail(unreadable('The tar archive is broken.'));
/** A regular file; `7` is one that wanted to be contiguous. */
const FILE_TYPES = new Set(['0', '\0', '7']);

/** The files of a gzipped tar archive. */
export function readTarGz(bytes: Buffer): Result<ArchiveFile[], Rejection> {
  try {
    return readTar(gunzipSync(bytes, { maxOutputLength: unpackedBytesMax(bytes.length) }));
  } catch (thrown) {
    if (isLimitFault(thrown)) return fail(tooLarge('The archive unpacks to more than is read.'));
    return fail(unreadable('The gzip archive is broken.'));
  }
}

/** The files of a tar archive (POSIX ustar and pax, and the long names of GNU). Folders, links and devices are left out. */
export function readTar(bytes: Buffer): Result<ArchiveFile[], Rejection> {
  const files: ArchiveFile[] = [];
  let longPath: string | undefined;
  let entries = 0;
  let at = 0;
  while (at + BLOCK <= bytes.length) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return ok(files);
    const size = isHeader(header) ? sizeIn(header) : undefined;
    const start = at + BLOCK;
    if (size === undefined || start + size > bytes.length) return BROKEN;
    entries += 1;
    if (entries > ARCHIVE_LIMITS.entries) {
      return fail(tooLarge(`The archive has more than ${ARCHIVE_LIMITS.entries} files.`));
    }
    const content = bytes.subarray(start, start + size);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') longPath = textIn(content);
    else if (type === 'x') longPath = paxPath(content) ?? longPath;
    else if (type !== 'g') {
      if (FILE_TYPES.has(type)) files.push({ path: longPath ?? pathIn(header), content });
      longPath = undefined;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  // Some writers forget the empty blocks at the end; what ends in the middle of one is cut off.
  return at === bytes.length && entries > 0 ? ok(files) : BROKEN;
}

/** The sum of its bytes, its own field being taken for blanks. */
function isHeader(header: Buffer): boolean {
  let sum = 0;
  for (let index = 0; index < BLOCK; index += 1) {
    sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
  }
  return sum === octalIn(header.subarray(148, 156));
}

function sizeIn(header: Buffer): number | undefined {
  const field = header.subarray(124, 136);
  // Sizes of 8 GB and more are binary; nothing of that size is read.
  return ((field[0] ?? 0) & 0x80) === 0 ? octalIn(field) : undefined;
}

function octalIn(field: Buffer): number | undefined {
  const digits = textIn(field).trim();
  return /^[0-7]{1,12}$/.test(digits) ? parseInt(digits, 8) : undefined;
}

function pathIn(header: Buffer): string {
  const name = textIn(header.subarray(0, 100));
  const prefix = textIn(header.subarray(257, 262)) === 'ustar' ? textIn(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records of `<length> <name>=<value>\n`. */
function paxPath(content: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const length = blank === -1 ? 0 : Number(content.toString('latin1', at, blank));
    if (!Number.isSafeInteger(length) || length <= blank - at + 1 || at + length > content.length) break;
    const record = content.toString('utf8', blank + 1, at + length - 1);
    if (record.startsWith('path=')) path = record.slice('path='.length);
    at += length;
  }
  return path;
}

function textIn(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}
