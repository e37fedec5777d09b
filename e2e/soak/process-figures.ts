import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessFigures {
  readonly resident: number;
  readonly descriptors: number;
  readonly sockets: number;
}

/** As Linux counts them. */
export function figuresOf(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed since.
      return undefined;
    }
  });
  const open = targets.filter((target) => target !== undefined);
  return {
    resident: kilobytes * 1024,
    descriptors: open.length,
    sockets: open.filter((target) => target.startsWith('socket:')).length,
  };
}
