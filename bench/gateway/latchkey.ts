import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connect, refresh, rpc, type Tokens } from '../../packages/server/test/support/oauth-client.ts';
import type { Contender } from './contender.ts';
import { pinProcess } from './processes.ts';
import { CORES } from './programs.ts';
import type { Ready, RowsByPhase } from './service.ts';
import { callBody, JSON_HEADERS } from './work.ts';

const REVISION = '2025-11-25';
/** Rows are written within a quarter of a second; a busy database gets this long. */
const ROWS_WAIT_MS = 30_000;
const RENEWED_AFTER_MS = 20 * 60_000;

/** The rows of Latchkey with the audit, and the one without. */
export const READ = 'latchkey';
export const READ_AGAIN = 'latchkey again';
export const WRITE = 'latchkey write';
export const DESCRIBED = 'latchkey declared';
export const NO_AUDIT = 'latchkey no audit';
export const ON_IMAGE_NODE = 'latchkey on its image’s Node';

type Variant = typeof READ | typeof ON_IMAGE_NODE;

/** What each of ours is asked. */
export const OUR_ROWS: Readonly<Record<Variant, readonly string[]>> = {
  [READ]: [READ, NO_AUDIT, READ_AGAIN, WRITE, DESCRIBED],
  [ON_IMAGE_NODE]: [ON_IMAGE_NODE],
};

type LatchkeyContender = Contender &
  Required<Pick<Contender, 'check' | 'renew'>> & { readonly postgres: string };

export interface LatchkeyOptions {
  readonly name: Variant;
  readonly nodeOptions: readonly string[];
  /** Another Node than the one that measures. */
  readonly node?: string | undefined;
}

/** What was begun is ended, should it not come up. */
export async function startLatchkeyContender(
  upstream: string,
  { name, node = process.execPath, nodeOptions }: LatchkeyOptions,
): Promise<LatchkeyContender> {
  const service = fork(fileURLToPath(new URL('service.ts', import.meta.url)), [upstream], {
    execPath: node,
    execArgv: ['--import', 'tsx', ...nodeOptions],
  });
  try {
    return await contend(service, name);
  } catch (error) {
    if (service.exitCode === null && service.connected) {
      // It ends itself, and its database, when nobody is there any more.
      service.disconnect();
      await once(service, 'exit');
    }
    throw error;
  }
}

async function contend(service: ChildProcess, variant: Variant): Promise<LatchkeyContender> {
  const { email, postgres, url } = await readyOf(service);
  const pid = service.pid ?? 0;
  pinProcess(pid, CORES.measured);

  const path = '/mcp/bench';
  const connection = await connect(url, { email, access: 'full', path });
  let tokens: Tokens = connection.tokens;
  let renewedMs = performance.now();
  const names = await toolNames();

  async function toolNames(): Promise<Record<'get' | 'change' | 'described', string>> {
    const listed = await rpc(url + path, { authorization: `Bearer ${tokens.access_token}` }, 'tools/list');
    const { result } = (await listed.json()) as { result: { tools: { name: string }[] } };
    const find = (part: string) => {
      const tool = result.tools.find(({ name }) => name.includes(part));
      if (tool === undefined) throw new Error(`there is no tool for ${part}`);
      return tool.name;
    };
    return { get: find('get_item'), change: find('change_item'), described: find('get_described') };
  }

  const row = (name: string, tool: string) => {
    const body = callBody(tool);
    return {
      name,
      async begin() {
        await ask(name === NO_AUDIT ? 'forget' : 'record');
      },
      wire: () => ({
        url: url + path,
        headers: {
          ...JSON_HEADERS,
          'mcp-protocol-version': REVISION,
          authorization: `Bearer ${tokens.access_token}`,
        },
        body,
      }),
    };
  };

  function toolOf(name: string): string {
    if (name === WRITE) return names.change;
    return name === DESCRIBED ? names.described : names.get;
  }

  async function ask(what: 'rows' | 'record' | 'forget'): Promise<unknown> {
    service.send(what);
    const [answer] = (await once(service, 'message')) as [unknown];
    return answer;
  }

  return {
    name: variant,
    version: versionOfOurs(),
    postgres,
    pid,
    rows: OUR_ROWS[variant].map((name) => row(name, toolOf(name))),

    async renew() {
      if (performance.now() - renewedMs < RENEWED_AFTER_MS) return;
      const answer = await refresh(url, connection.clientId, tokens.refresh_token);
      if (answer.status !== 200) throw new Error(`the token was not renewed: ${answer.status}`);
      tokens = (await answer.json()) as Tokens;
      renewedMs = performance.now();
    },

    /** Each read is one row, each write two: what it will do, and what came of it. What was not recorded is none. */
    async check(calls) {
      const writes = calls.get(WRITE) ?? 0;
      const unrecorded = calls.get(NO_AUDIT) ?? 0;
      const reads = [...calls.values()].reduce((all, one) => all + one, 0) - writes - unrecorded;
      const wanted = { event: reads, intent: writes, outcome: writes };
      const untilMs = performance.now() + ROWS_WAIT_MS;
      for (;;) {
        const found = (await ask('rows')) as RowsByPhase;
        const isAll = Object.entries(wanted).every(([phase, count]) => (found[phase] ?? 0) >= count);
        // What was answered when a load had ended already is recorded too, and is far less than what was not recorded.
        const isNoMore = unrecorded === 0 || (found['event'] ?? 0) < reads + unrecorded / 2;
        if (isAll && isNoMore) return;
        if (!isNoMore || performance.now() > untilMs)
          throw new Error(`audit rows: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    },

    async close() {
      if (service.exitCode !== null) return;
      service.send('stop');
      await once(service, 'exit');
    },
  };
}

function readyOf(service: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    service.once('message', (ready) => resolve(ready as Ready));
    service.once('exit', () => reject(new Error('the service did not start')));
  });
}

function versionOfOurs(): string {
  const file = new URL('../../packages/server/package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
