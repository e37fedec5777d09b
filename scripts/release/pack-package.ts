import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './published.ts';

export interface PackedPackage {
  /** What npm would publish. */
  readonly tarball: ArrayBuffer;
  /** Paths of what is in it. */
  readonly files: ReadonlySet<string>;
}

/** A package as npm would publish it, without publishing it. */
export async function packPackage(folder: string): Promise<PackedPackage> {
  const place = await mkdtemp(join(tmpdir(), 'latchkey-release-'));
  try {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', place];
    const { stdout } = await promisify(execFile)('npm', args, {
      cwd: `${ROOT}${folder}`,
      maxBuffer: 64 * 1024 * 1024,
    });
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    if (packed === undefined) throw new Error(`npm packs nothing in ${folder}`);
    const bytes = new Uint8Array(await readFile(join(place, packed.filename)));
    return { tarball: bytes.buffer, files: new Set(packed.files.map(({ path }) => path)) };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
