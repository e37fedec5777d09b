import type { Rejection } from '../catalogue/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { tooLarge, unreadable } from './archive-file.ts';
import { insidePath } from './jail.ts';
import { ARCHIVE_LIMITS } from './limits.ts';
import { readTar, readTarGz } from './tar.ts';
import { readZip } from './zip.ts';

/**
 * The files of an uploaded archive (zip, tar or tar.gz; at most 32 MB, 64 MB unpacked, 10,000 files) by their paths.
 * Nothing is written anywhere. A path that leads out of the archive rejects it; links are left out. Never throws.
 */
export function readArchive(source: Uint8Array): Result<Map<string, Uint8Array>, Rejection> {
  if (source.byteLength > ARCHIVE_LIMITS.packedBytes) {
    return fail(
      tooLarge(`The archive has ${source.byteLength} bytes; at most ${ARCHIVE_LIMITS.packedBytes} are read.`),
    );
  }
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const read = readKind(bytes);
  if (!read.ok) return read;
  const files = new Map<string, Uint8Array>();
  for (const { path, content } of read.value) {
    const inside = insidePath(path);
    if (inside === undefined) {
      return fail({
        code: 'ARCHIVE_UNSAFE',
        message: `The path ${JSON.stringify(path.slice(0, 120))} leads out of the archive.`,
      });
    }
    // The first of two files of one path stays, whatever another reader would do.
    if (!files.has(inside)) files.set(inside, content);
  }
  return ok(files);
}

/** By the first bytes, whatever the archive is called. */
export function isArchive(bytes: Uint8Array): boolean {
  return isZip(bytes) || isGzip(bytes) || Buffer.from(bytes.subarray(257, 262)).toString() === 'ustar';
}

function readKind(bytes: Buffer): ReturnType<typeof readZip> {
  if (isZip(bytes)) return readZip(bytes);
  if (isGzip(bytes)) return readTarGz(bytes);
  if (isArchive(bytes)) return readTar(bytes);
  return fail(unreadable('This is no archive: zip, tar and tar.gz are read.'));
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
