import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Of a process and all below it. */
export interface Cost {
  /** User and system time since the start, of those that have ended too. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly name: string;
}

/** By whose processes they are: the database of a service is counted apart from it. */
export function costOf(pid: number): { own: Cost; database: Cost } {
  const rows = family(pid);
  return {
    own: sum(rows.filter(({ name }) => name !== 'postgres')),
    database: sum(rows.filter(({ name }) => name === 'postgres')),
  };
}

/** The process and its threads; its database stays wherever the system has it. */
export function pinProcess(pid: number, core: string): void {
  for (const row of family(pid)) if (row.name !== 'postgres') pinOne(row.pid, core);
}

function pinOne(pid: number, core: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', core, String(pid)], { stdio: 'ignore' });
}

function family(pid: number): Row[] {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (readRow(Number(name)) ?? []) : [],
  );
  const found = all.filter((row) => row.pid === pid);
  for (const one of found) found.push(...all.filter((row) => row.parent === one.pid));
  return found;
}

function sum(rows: readonly Row[]): Cost {
  return rows.reduce(
    (all, { cpuSeconds, residentBytes }) => ({
      cpuSeconds: all.cpuSeconds + cpuSeconds,
      residentBytes: all.residentBytes + residentBytes,
    }),
    { cpuSeconds: 0, residentBytes: 0 },
  );
}

/** proc(5), /proc/pid/stat. Undefined: it has ended a moment ago. */
function readRow(pid: number): Row | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
    return {
      pid,
      parent: fields[1] ?? 0,
      cpuSeconds: (user + system + childrenUser + childrenSystem) / TICKS_PER_SECOND,
      residentBytes: (fields[21] ?? 0) * PAGE_BYTES,
      name,
    };
  } catch {
    return undefined;
  }
}
