import { parseArgs } from 'node:util';
import { CLIENT_NAMES, type ClientName } from './clients/profile.ts';
import { diagnose } from './diagnose.ts';
import { readEnvironment } from './environment.ts';
import { urlOf } from './http/url.ts';
import { toJson } from './report/json.ts';
import { toText } from './report/text.ts';
import { createPersonApprover } from './sign-in/person.ts';
import { VERSION } from './version.ts';
import { watchAttempts } from './watch.ts';

export const DOCTOR_HELP = `<url> [options]

Walks a remote MCP connector as a client does: discovery, registration, authorization, token, tools, refresh,
revocation. Says of each fault why the client fails, what its user is shown, and how to mend it. Works with any connector.
It registers a few clients, calls one tool that only reads, and revokes at the end what it was given.

  --as <client>      whose behaviour: ${CLIENT_NAMES.join(', ')}. Default: claude
  --open             open the browser for the sign-in; otherwise the URL is printed, to open anywhere
  --no-sign-in       stop at the sign-in; what comes after it is "not run". So it is too where nobody can answer
  --thorough         three more sign-ins and twenty more registrations: replayed codes, reused tokens, a denial
  --no-call          call no tool
  --client-id <id>   a client that you registered by hand; its secret in LATCHKEY_DOCTOR_CLIENT_SECRET
  --token            take the access token in LATCHKEY_DOCTOR_TOKEN instead of signing in
  --json             the report as JSON on standard output
  --watch            narrate live what apps try at a Latchkey, with an API key in LATCHKEY_DOCTOR_KEY (an admin's sees
                     all attempts at the organisation's URLs); ends with Ctrl-C
  --version, --help

Ends with 0 if nothing fails, 1 if something does, 2 if the command was not understood, 3 if no answer came.
`;

/** What a command needs of its process. */
export interface CommandIo {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  as: { type: 'string' },
  open: { type: 'boolean' },
  'no-sign-in': { type: 'boolean' },
  thorough: { type: 'boolean' },
  'no-call': { type: 'boolean' },
  'client-id': { type: 'string' },
  token: { type: 'boolean' },
  json: { type: 'boolean' },
  watch: { type: 'boolean' },
} as const;

/** `name <args>`; the exit status. Throws nothing for what a person typed. */
export async function doctorCommand(name: string, args: string[], io: CommandIo): Promise<number> {
  const read = readArguments(args);
  if ('asks' in read) {
    io.stdout.write(read.asks === 'help' ? `${name} ${DOCTOR_HELP}` : `${VERSION}\n`);
    return 0;
  }
  if ('fault' in read) {
    io.stderr.write(`${name}: ${read.fault}\n\n${name} ${DOCTOR_HELP}`);
    return 2;
  }
  const environment = readEnvironment(io.env);
  const { as, url, values } = read;
  if (values.watch === true) {
    if (environment.key === undefined) {
      io.stderr.write(`${name}: --watch needs an API key in LATCHKEY_DOCTOR_KEY\n`);
      return 2;
    }
    const end = await watchAttempts({
      origin: new URL(url).origin,
      key: environment.key,
      onLine: (line) => io.stdout.write(`${line}\n`),
    });
    if (end.words !== undefined) io.stderr.write(`${name}: ${end.words}\n`);
    return end.status;
  }
  if (values.token === true && environment.token === undefined) {
    io.stderr.write(`${name}: --token takes the token from LATCHKEY_DOCTOR_TOKEN, which is empty\n`);
    return 2;
  }
  const asks =
    values['no-sign-in'] !== true &&
    values.token !== true &&
    (io.stdin.isTTY === true || values.open === true);
  const approver = asks ? await createPersonApprover(io, { open: values.open === true }) : undefined;
  const progress = createProgress(io.stderr);
  try {
    const report = await diagnose(url, {
      as,
      approver: approver && {
        redirectUri: approver.redirectUri,
        approve: (request) => {
          progress.clear();
          return approver.approve(request);
        },
      },
      token: values.token === true ? environment.token : undefined,
      client:
        values['client-id'] === undefined
          ? undefined
          : { id: values['client-id'], secret: environment.clientSecret },
      thorough: values.thorough,
      callTool: values['no-call'] !== true,
      onProgress: (check, title) => progress.show(`${check} ${title}`),
    });
    progress.clear();
    io.stdout.write(
      values.json === true
        ? `${JSON.stringify(toJson(report), undefined, 2)}\n`
        : toText(report, { colour: io.stdout.isTTY === true && environment.colour }),
    );
    return { healthy: 0, faults: 1, unreachable: 3 }[report.verdict];
  } finally {
    progress.clear();
    await approver?.close();
  }
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: string[]) {
  return parseArgs({ args, allowPositionals: true, options: OPTIONS });
}

type Read =
  | { asks: 'help' | 'version' }
  | { fault: string }
  | { url: string; as: ClientName; values: Values };

/** What is asked about the program itself, what is wrong, or what is wanted of it. */
function readArguments(args: string[]): Read {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
  const { positionals, values } = parsed;
  if (values.help === true) return { asks: 'help' };
  if (values.version === true) return { asks: 'version' };
  const [url, ...rest] = positionals;
  if (url === undefined || rest.length > 0) return { fault: 'name one URL' };
  if (!/^https?:$/.test(urlOf(url)?.protocol ?? ''))
    return { fault: 'the URL begins with https:// or http://' };
  const as = CLIENT_NAMES.find((one) => one === (values.as ?? 'claude'));
  if (as === undefined) return { fault: `there is no client ${values.as}; ${CLIENT_NAMES.join(', ')}` };
  return { url, as, values };
}

/** One line that is written over itself on a terminal; elsewhere nothing. */
function createProgress(stream: CommandIo['stderr']): { show(text: string): void; clear(): void } {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  const write = (text: string): void => void stream.write(`\r\u001B[2K${text}`);
  return { show: write, clear: () => write('') };
}
