// CPU of other processes, from /proc: of nothing where there is none.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Seconds that the children of a process have used, those that have ended too; undefined: this is not Linux. */
export function cpuOfChildren(parent: string): number | undefined {
  let ticks = 0;
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return undefined;
  }
  for (const name of names) {
    const fields = /^\d+$/.test(name) ? readStat(name) : undefined;
    if (fields?.[1] === parent) ticks += Number(fields[11]) + Number(fields[12]);
    // Of the children that it has waited for: a pool ends its connections when it has nothing to do.
    if (name === parent) ticks += Number(fields?.[13] ?? 0) + Number(fields?.[14] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

export function parentOf(process: number): string | undefined {
  return readStat(String(process))?.[1];
}

/** The fields of /proc/<pid>/stat after the name, which may hold spaces: state, parent, and so on. */
function readStat(process: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${process}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    // Not Linux, or it ended a moment ago.
    return undefined;
  }
}
