import { parseArgs } from 'node:util';
import { createSender } from '../call/send.ts';
import type { Diagnostics } from '../call/types.ts';
import { VERSION } from '../version.ts';
import type { StdioBackend } from './backend.ts';
import { openGateway } from './open-gateway.ts';
import { sayFault, serveProcess } from './serve-process.ts';
import type { StdioIo } from './serve-process.ts';
import { STDIO_LIMITS } from './serve-stdio.ts';
import type { StdioLimits } from './serve-stdio.ts';
import { createStart } from './start.ts';

export const STDIO_HELP = `[options]

Serves tools over stdio (MCP) to the app that starts it: Cursor, Claude Code, or an agent of your own.

Of a Latchkey, with an API key:
  LATCHKEY_URL          its address, or a connector URL there: https://mcp.example.com/mcp/acme
  LATCHKEY_API_KEY      a key made in the dashboard
  --url <url>           instead of LATCHKEY_URL

Of an OpenAPI document, without a Latchkey:
  --openapi <file>      the document (JSON or YAML, or an archive of many files)
  --base-url <url>      where the API is. Default: as the document says
  --full                tools that change something, too; without it only those that read
  --mode <mode>         list all tools, or have them searched: auto, full, search. Default: auto, by their size
  LATCHKEY_CREDENTIAL   what the API wants to be shown: a token, a key, or user:password
  --credential <place>  where it goes: bearer, basic, header:<name>, query:<name>, none. Default: as the document says

  --version, --help

A URL is https, or http on this machine. It ends when its input does. Ends with 0; with 1 if the key, the document or
what answers is no good; with 2 if the command was not understood; with 3 if nothing answers.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  url: { type: 'string' },
  openapi: { type: 'string' },
  'base-url': { type: 'string' },
  full: { type: 'boolean' },
  mode: { type: 'string' },
  credential: { type: 'string' },
} as const;

export type StdioValues = Partial<ReturnType<typeof parse>['values']>;

/** Why there is nothing to serve: in words that say what to do, and the status to end with. */
export interface StdioFault {
  readonly words: string;
  readonly status: 1 | 2 | 3;
}

/** `name <args>`; the exit status. Throws nothing for what a person typed. Only the protocol goes to stdout. */
export async function stdioCommand(
  name: string,
  args: readonly string[],
  io: StdioIo,
  { graceMs }: Pick<StdioLimits, 'graceMs'> = STDIO_LIMITS,
): Promise<number> {
  const read = readArguments(args);
  if ('fault' in read) {
    sayFault(name, io, `${read.fault} ("${name} --help" says more)`);
    return 2;
  }
  if (read.values.help === true || read.values.version === true) {
    io.stdout.write(read.values.help === true ? `${name} ${STDIO_HELP}` : `${VERSION}\n`);
    return 0;
  }
  const sender = createSender();
  const start = createStart(io, graceMs);
  try {
    const opened = await (await openerFor(read.values))(read.values, io.env, sender, start.signal);
    if (start.signal.aborted) return 0;
    if (!opened.ok) {
      sayFault(name, io, opened.error.words);
      return opened.error.status;
    }
    start.served();
    await serveProcess(
      name,
      tellingOnce(opened.value, (words) => sayFault(name, io, words)),
      { ...io, stdin: start.input },
    );
    return 0;
  } finally {
    start.end();
    await sender.close();
  }
}

/** The compiler is loaded by who needs it. */
async function openerFor({ openapi }: StdioValues): Promise<typeof openGateway> {
  return openapi === undefined ? openGateway : (await import('./open-api.ts')).openApi;
}

/** Whoever looks into the log finds why tools went away, said once until it is over. */
function tellingOnce(backend: StdioBackend, say: (words: string) => void): StdioBackend {
  let told: string | undefined;
  return {
    ...backend,
    async catalogue(want) {
      const found = await backend.catalogue(want);
      const words = found.ok ? undefined : wordsOf(found.error);
      if (words !== undefined && words !== told) say(words);
      told = words;
      return found;
    },
  };
}

function wordsOf({ code, hint, message }: Diagnostics): string {
  return code === 'unauthenticated' ? (hint ?? message) : message;
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS });
}

function readArguments(args: readonly string[]): { values: StdioValues } | { fault: string } {
  try {
    const { values } = parse(args);
    const stray = (['base-url', 'full', 'mode', 'credential'] as const).find(
      (option) => values.openapi === undefined && values[option] !== undefined,
    );
    if (stray !== undefined) return { fault: `--${stray} goes with --openapi` };
    if (values.openapi !== undefined && values.url !== undefined)
      return { fault: 'either --url or --openapi, not both' };
    return { values };
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    return { fault: thrown.message.split(/[.\n]/, 1)[0] ?? 'it was not understood' };
  }
}
