// PostgreSQL refuses to run as root: which unprivileged system account does it instead, created if there is none.
import { readFile } from 'node:fs/promises';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import { noAccount } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';
import { runProgram } from './run-program.ts';

/** The account that PostgreSQL's processes run as when we are root; `undefined` elsewhere means "as ourselves". */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const OWN_ACCOUNT = 'latchkey';
/** `_postgres` is what macOS calls it. */
const SUITABLE_ACCOUNTS = [OWN_ACCOUNT, 'postgres', '_postgres'];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export async function findOrCreateAccount(
  say: (line: string) => void,
): Promise<Result<RunAs, EmbeddedFault>> {
  const existing = await findAccount(SUITABLE_ACCOUNTS);
  if (existing !== undefined) return ok(existing);
  const output = await createOwnAccount();
  // Looked up whatever the tools said: a second Latchkey may have created it in the same moment.
  const created = await findAccount([OWN_ACCOUNT]);
  if (created === undefined) return fail(noAccount(output));
  say(`Created the system account "${OWN_ACCOUNT}", because PostgreSQL does not run as root.`);
  return ok(created);
}

/** Who a uid is. Without an entry PostgreSQL would not start, but then it says so itself. */
export async function accountOfUid(uid: number, gid: number): Promise<RunAs> {
  const entry = (await readAccounts()).find((account) => account.uid === uid);
  return entry ?? { name: `uid ${uid}`, uid, gid };
}

async function findAccount(names: readonly string[]): Promise<RunAs | undefined> {
  const accounts = await readAccounts();
  for (const name of names) {
    const found = accounts.find((account) => account.name === name && account.uid !== 0);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readAccounts(): Promise<RunAs[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

async function createOwnAccount(): Promise<string> {
  const options = { cwd: '/', runAs: undefined, timeoutMs: 20_000 };
  const home = ['--home-dir', '/nonexistent', '--no-create-home', '--shell', '/usr/sbin/nologin'];
  const useradd = await runProgram('useradd', ['--system', '--user-group', ...home, OWN_ACCOUNT], options);
  if (useradd.ok) return useradd.output;
  // BusyBox has no useradd.
  await runProgram('addgroup', ['-S', OWN_ACCOUNT], options);
  const busybox = ['-S', '-D', '-H', '-h', '/nonexistent', '-s', '/sbin/nologin', '-G', OWN_ACCOUNT];
  const adduser = await runProgram('adduser', [...busybox, OWN_ACCOUNT], options);
  return adduser.ok ? adduser.output : useradd.output;
}
