import { delimiter, dirname } from 'node:path';
import type { StdioUpstream } from '../upstream.ts';

const PROGRAMS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** All that a process sees: nothing of our own environment, in which secrets stand. What is declared wins. */
export function environmentOf(
  { env }: StdioUpstream,
  { home, temporary }: { home: string; temporary: string },
): Readonly<Record<string, string>> {
  return {
    // Beside the usual places, that of the Node which we run on, with its npx.
    PATH: [dirname(process.execPath), ...PROGRAMS].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    TMPDIR: temporary,
    ...env,
  };
}
