import { createHash } from 'node:crypto';
import { readArchive } from './archive-reader.ts';
import { BackupError } from './backup-error.ts';
import {
  isSealOf,
  MANIFEST_FILE,
  nameOfKey,
  parseManifest,
  README_FILE,
  SEAL_FILE,
  type Manifest,
} from './manifest.ts';

/**
 * Reads a backup from its first byte to its last and answers its manifest, if the backup is whole, unchanged, and made
 * under this key. Throws `BackupError` otherwise, with a sentence.
 */
export async function checkArchive(path: string, key: Uint8Array): Promise<Manifest> {
  const found: { file: string; bytes: number; sha256: string }[] = [];
  const last: Buffer[] = [];
  let count = 0;
  for await (const { content, name } of readArchive(path)) {
    count += 1;
    if (count === 1 && name !== README_FILE)
      throw new BackupError(`${path} is no backup that Latchkey made.`);
    if (name === MANIFEST_FILE || name === SEAL_FILE) last.push(content);
    else if (name !== README_FILE) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      found.push({ file: name, bytes: content.length, sha256 });
    }
  }
  const [content, seal] = last;
  if (content === undefined || seal === undefined) {
    throw new BackupError(`${path} is cut off: its end is missing.`);
  }
  const manifest = parseManifest(content);
  if (manifest === undefined) {
    throw new BackupError(`${path} was changed since it was made, or a newer Latchkey made it.`);
  }
  if (manifest.secret !== nameOfKey(key)) {
    throw new BackupError(
      `${path} was made under another LATCHKEY_SECRET. Set that one: without it nothing that is sealed in the backup can be opened.`,
    );
  }
  if (!isSealOf(key, content, seal.toString('latin1'))) {
    throw new BackupError(`${path} was changed since it was made: its manifest is not what it was.`);
  }
  const expected = manifest.tables.flatMap(({ parts }) => parts);
  const changed = expected.find(
    ({ bytes, file, sha256 }, index) =>
      found[index]?.file !== file || found[index]?.bytes !== bytes || found[index]?.sha256 !== sha256,
  );
  if (changed !== undefined) {
    throw new BackupError(`${path} was changed since it was made: ${changed.file} is not what it was.`);
  }
  if (found.length !== expected.length) {
    throw new BackupError(`${path} was changed since it was made: there are files in it that do not belong.`);
  }
  return manifest;
}
