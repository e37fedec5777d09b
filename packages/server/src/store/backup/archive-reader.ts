import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { BackupError } from './backup-error.ts';
import { BLOCK_BYTES, paddingOf, parseTarHeader } from './tar.ts';

export interface ArchivedFile {
  readonly name: string;
  readonly content: Buffer;
}

/** No file of ours is larger: tables are cut into parts. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** The files of an archive, one after the other. Throws `BackupError` where it is none of ours, or has no end. */
export async function* readArchive(path: string): AsyncGenerator<ArchivedFile> {
  const handle = await openArchive(path);
  try {
    let at = 0;
    for (;;) {
      const header = await readExactly(handle, at, BLOCK_BYTES, path);
      at += BLOCK_BYTES;
      if (header.every((byte) => byte === 0)) return;
      const entry = parseTarHeader(header);
      if (entry === undefined || entry.size > FILE_BYTES_MAX) {
        throw new BackupError(
          at === BLOCK_BYTES
            ? `${path} is no backup that Latchkey made.`
            : `${path} was changed since it was made: what begins at byte ${at - BLOCK_BYTES} is none of its files.`,
        );
      }
      yield { name: entry.name, content: await readExactly(handle, at, entry.size, path) };
      at += entry.size + paddingOf(entry.size);
    }
  } finally {
    await handle.close();
  }
}

async function openArchive(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw new BackupError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  throw new BackupError(`${path} is no file. Name the backup itself.`);
}

async function readExactly(handle: FileHandle, from: number, length: number, path: string): Promise<Buffer> {
  const content = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(content, done, length - done, from + done);
    if (bytesRead === 0) {
      throw new BackupError(
        from === 0 ? `${path} is no backup that Latchkey made.` : `${path} is cut off: its end is missing.`,
      );
    }
    done += bytesRead;
  }
  return content;
}
