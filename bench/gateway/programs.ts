import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What is missing of the programs that are not ours, and how to get it; undefined: nothing. */
export function missingPrograms(): { readonly what: string; readonly how: string } | undefined {
  const missing = ['nginx', 'wrk', 'taskset'].filter((name) => versionOf(name) === undefined);
  if (missing.length === 0) return undefined;
  const packages = missing.map((name) => PACKAGES[name] ?? name);
  return { what: missing.join(' and '), how: `apt-get install ${packages.join(' ')}` };
}

/** Throws where there is something to install before anything can be measured. */
export function needsPrograms(): void {
  const missing = missingPrograms();
  if (missing !== undefined)
    throw new Error(`The measurement needs ${missing.what} (install: ${missing.how})`);
}

const PACKAGES: Readonly<Record<string, string>> = { nginx: 'nginx-light', taskset: 'util-linux' };
const ASK: Readonly<Record<string, string>> = { taskset: '--version' };

/** Undefined: there is no such program. */
export function versionOf(name: string): string | undefined {
  try {
    // They say it on standard error, and wrk ends with 1.
    const said = execFileSync('sh', [
      '-c',
      `command -v ${name} >/dev/null || exit 9; ${name} ${ASK[name] ?? '-v'} 2>&1 || true`,
    ]);
    return /\d+\.\d+(?:\.\d+)?/.exec(said.toString())?.[0] ?? 'of unknown version';
  } catch {
    return undefined;
  }
}

export interface Cores {
  readonly measured: string;
  readonly generator: string;
  readonly upstream: string;
}

/** Who runs where: what is measured has the first core, what loads it and what stands behind it the others. */
export const CORES = shareOut(coresIn(ownStatus()));

export function shareOut([first = 0, second = first, third = second]: readonly number[]): Cores {
  return { measured: String(first), generator: String(second), upstream: String(third) };
}

/** Those that a process may run on, which need not be the first: proc(5), /proc/pid/status. */
export function coresIn(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** Nothing where there is no such file: nor is there `taskset`, which is said first. */
function ownStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
