import { createHash } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomToken } from '../../kernel/secret.ts';
import { BLOCK_BYTES, paddingOf, tarHeader } from './tar.ts';

export interface WrittenFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ArchiveWriter {
  readonly bytes: () => number;
  add(name: string, content: Uint8Array): Promise<WrittenFile>;
  /** Ends the archive and gives it its name, on disk for good. */
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` it does nothing. */
  discard(): Promise<void>;
}

/**
 * Writes an archive under a name of its own, so that one that was broken off never looks whole. Throws system errors
 * (`EEXIST` too, where there is a file of that name).
 */
export async function createArchiveWriter(path: string, madeAt: Date): Promise<ArchiveWriter> {
  await refuseExisting(path);
  const partial = `${path}.${randomToken().slice(0, 8)}.part`;
  const handle = await open(partial, 'wx', 0o600);
  let bytes = 0;
  let isOpen = true;
  let isDone = false;

  async function write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await handle.write(chunk, at);
      at += bytesWritten;
    }
    bytes += chunk.length;
  }

  async function close(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  }

  return {
    bytes: () => bytes,
    async add(name, content) {
      await write(tarHeader({ name, size: content.length }, madeAt));
      await write(content);
      await write(Buffer.alloc(paddingOf(content.length)));
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { file: name, bytes: content.length, sha256 };
    },
    async finish() {
      await write(Buffer.alloc(2 * BLOCK_BYTES));
      await handle.sync();
      await close();
      await refuseExisting(path);
      await rename(partial, path);
      isDone = true;
      await flushDirectory(dirname(path));
    },
    async discard() {
      if (isDone) return;
      await close().catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) throw Object.assign(new Error(`${path} is there already`), { code: 'EEXIST' });
}

/** A new name is on disk when its directory is. */
async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
