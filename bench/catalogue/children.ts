import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a script of this folder in a process of its own; what it printed, or why there is nothing. */
export function measured<T>(
  script: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<{ value: T } | { fault: string }> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const command = ['--import', 'tsx', '--conditions', 'source', '--max-old-space-size=4096', path, ...args];
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL' as const, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve({ value: JSON.parse(line) as T });
      else if (error?.killed === true) resolve({ fault: `no answer after ${timeoutMs / 1000} s` });
      else resolve({ fault: faultIn(stderr) });
    });
  });
}

function faultIn(stderr: string): string {
  if (stderr.includes('heap out of memory')) return 'out of memory';
  const said = /^(?:\w*Error|McpError)[^\n]*/m.exec(stderr)?.[0] ?? 'ended without an answer';
  return said.replace(/\/\S+/g, '…').replaceAll('|', '/').slice(0, 80);
}
