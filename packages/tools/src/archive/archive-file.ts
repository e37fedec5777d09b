import type { Rejection } from '../catalogue/types.ts';
import { ARCHIVE_LIMITS } from './limits.ts';

/** One file as its archive names it. */
export interface ArchiveFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export function unreadable(message: string): Rejection {
  return { code: 'ARCHIVE_UNREADABLE', message };
}

export function tooLarge(message: string): Rejection {
  return { code: 'TOO_LARGE', message };
}

/** How much an archive may unpack to. */
export function unpackedBytesMax(packedBytes: number): number {
  return Math.min(ARCHIVE_LIMITS.unpackedBytes, 1024 * 1024 + packedBytes * ARCHIVE_LIMITS.ratio);
}

/** Zlib says so when a limit ends it. */
export function isLimitFault(thrown: unknown): boolean {
  return thrown instanceof RangeError && (thrown as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
}
