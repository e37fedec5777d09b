// PostgreSQL's programs in a place where the account that runs them can use them: in node_modules, else a copy.
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import type { RunAs } from './account.ts';
import { binariesDoNotRun, cannotBecome, noPermission } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';
import { makeLibraryLinks } from './library-links.ts';
import type { PlatformPackage } from './platform-package.ts';
import { runProgram } from './run-program.ts';

export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** Such as "18": data of another major version cannot be opened. */
  readonly majorVersion: string;
  /** Where the copy is, when node_modules could not be used. */
  readonly copiedTo: string | undefined;
}

const UNFINISHED_PREFIX = '.postgresql-being-copied-';

/**
 * Whether the account can use the programs is not computed but tried: `--version` needs every directory on the way,
 * the right to execute, and every shared library.
 */
export async function preparePrograms(
  pack: PlatformPackage,
  options: { runAs: RunAs | undefined; copyRoot: string },
): Promise<Result<Programs, EmbeddedFault>> {
  const linked = await makeLibraryLinks(pack.nativeDir, pack.links);
  const inPlace = await tryOut(pack.nativeDir, options.runAs);
  if (inPlace.ok) return ok({ ...inPlace.value, copiedTo: undefined });
  if (options.runAs !== undefined && inPlace.error.endsWith(' EPERM')) {
    return fail(cannotBecome(options.runAs.name, inPlace.error));
  }
  // As ourselves and with every library in its place, a copy would not run either.
  if (options.runAs === undefined && linked) return fail(binariesDoNotRun(pack.nativeDir, inPlace.error));

  const copyDir = join(options.copyRoot, `postgresql-${pack.version}-${process.platform}-${process.arch}`);
  if (!(await tryOut(copyDir, options.runAs)).ok) {
    const problem = await copyPrograms(pack, copyDir, options);
    if (problem !== undefined) return fail(problem);
  }
  const copied = await tryOut(copyDir, options.runAs);
  if (!copied.ok) return fail(binariesDoNotRun(copyDir, copied.error));
  return ok({ ...copied.value, copiedTo: copyDir });
}

async function copyPrograms(
  pack: PlatformPackage,
  copyDir: string,
  { runAs, copyRoot }: { runAs: RunAs | undefined; copyRoot: string },
): Promise<EmbeddedFault | undefined> {
  let unfinished: string | undefined;
  try {
    const created = await mkdir(copyRoot, { recursive: true });
    if (created !== undefined) await chmod(copyRoot, 0o755);
    unfinished = await mkdtemp(join(copyRoot, UNFINISHED_PREFIX));
    await cp(pack.nativeDir, unfinished, { recursive: true, verbatimSymlinks: true });
    await makeLibraryLinks(unfinished, pack.links);
    await openForReading(unfinished);
    // A copy that does not run (an interrupted disk, a changed library) is replaced; a rival's good one is kept.
    await rename(unfinished, copyDir).catch(async () => {
      if ((await tryOut(copyDir, runAs)).ok) return;
      await rm(copyDir, { recursive: true, force: true });
      await rename(unfinished ?? '', copyDir);
    });
    // What killed starts left. A rival that is still copying finds ours instead.
    for (const name of await readdir(copyRoot)) {
      if (name.startsWith(UNFINISHED_PREFIX))
        await rm(join(copyRoot, name), { recursive: true, force: true });
    }
    return undefined;
  } catch (error) {
    if ((await tryOut(copyDir, runAs)).ok) return undefined;
    return noPermission(
      copyRoot,
      `PostgreSQL's programs could not be copied to ${copyRoot} (${String(error)}).`,
      'Make that directory writable, start Latchkey as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  } finally {
    if (unfinished !== undefined) await rm(unfinished, { recursive: true, force: true });
  }
}

/** npm may have unpacked the package with a strict umask; the programs are public, so the copy is for everyone. */
async function openForReading(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  if (!found.isDirectory()) return chmod(path, (found.mode & 0o100) === 0 ? 0o644 : 0o755);
  await chmod(path, 0o755);
  for (const name of await readdir(path)) await openForReading(join(path, name));
}

async function tryOut(
  nativeDir: string,
  runAs: RunAs | undefined,
): Promise<Result<Omit<Programs, 'copiedTo'>, string>> {
  // initdb runs `postgres` through a shell, in double quotes and no more.
  if (process.platform !== 'win32' && /["$`\\]/.test(nativeDir)) {
    return fail(
      'initdb cannot work from a path that contains one of " $ ` \\, so move Latchkey to another directory.',
    );
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(nativeDir, 'bin', name + suffix);
  const options = { cwd: '/', runAs, timeoutMs: 20_000 };
  // Both, because they need different libraries.
  const initdb = await runProgram(program('initdb'), ['--version'], options);
  if (!initdb.ok) return fail(initdb.output);
  const postgres = await runProgram(program('postgres'), ['--version'], options);
  if (!postgres.ok) return fail(postgres.output);
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(postgres.output)?.[1];
  if (majorVersion === undefined) return fail(`"postgres --version" answered: ${postgres.output}`);
  return ok({
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    majorVersion,
  });
}
