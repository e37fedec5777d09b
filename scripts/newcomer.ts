// npm run newcomer -- --into <folder>: does what docs/quickstart.md says, word for word, and says how long it took.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connect } from '../packages/server/src/demo/mcp-client.ts';
import { createPerson } from '../packages/server/src/demo/person.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(ROOT, 'docs/quickstart.md');
const COMMANDS_MAX = 5;
const ACCOUNT = { email: 'new@comer.test', password: 'a password of the newcomer' };
/** What Claude Code would do with it, the SDK's client does. */
const APP_COMMAND = /^claude mcp add --transport http \S+ (\S+)$/;

/** What the shell says after each command. */
const DONE = '@@ done ';

const { values } = parseArgs({ options: { into: { type: 'string' } } });
if (values.into === undefined) {
  process.stderr.write('npm run newcomer -- --into <empty folder>\n');
  process.exitCode = 2;
} else await main(values.into);

async function main(folder: string): Promise<void> {
  const commands = await readCommands();
  await mkdir(folder, { recursive: true });
  const api = await startOwnApi();
  await writeFile(join(folder, 'openapi.yaml'), documentOf(api.url));
  const timer = createTimer();
  const app = commands.find((command) => APP_COMMAND.test(command)) ?? '';
  const shell = startShell(
    commands.filter((command) => command !== app),
    folder,
    timer,
  );
  try {
    const { connector, setupUrl } = await shell.ready;
    const [, typed = ''] = APP_COMMAND.exec(app) ?? [];
    if (new URL(typed).pathname !== new URL(connector).pathname)
      throw new Error(`the page says ${typed}, and ${connector} is what there is`);
    const person = await makeAccount(setupUrl);
    timer.lap('the account');
    const answer = await callFirstTool(connector, person);
    timer.lap('sign-in, consent and the first tool call');
    if (!answer.includes('flat white') || api.calls() !== 1)
      throw new Error(`the first tool call was answered by ${answer}, after ${api.calls()} calls of the API`);
    process.stdout.write(
      `${commands.length} commands, ${timer.total()} s from the clone to the first tool call with an OpenAPI document of one's own:\n${timer.laps()}\n`,
    );
  } finally {
    await shell.end();
    api.close();
  }
}

/** The lines of the page's `sh` blocks. */
async function readCommands(): Promise<string[]> {
  const page = await readFile(PAGE, 'utf8');
  const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, body = '']) => body.split('\n'))
    .filter((line) => line !== '');
  if (commands.length > COMMANDS_MAX)
    throw new Error(`the quick start has ${commands.length} commands, and ${COMMANDS_MAX} are promised`);
  if (commands.filter((line) => APP_COMMAND.test(line)).length !== 1)
    throw new Error('the quick start connects no app, or several');
  return commands;
}

/** One operation of an API that nobody has seen before. */
async function startOwnApi() {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    // Nobody told what it wants, so nothing of ours is sent to it.
    if (request.headers.authorization !== undefined) response.statusCode = 500;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path: request.url, name: 'flat white' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls: () => calls, close: () => void server.close() };
}

function documentOf(url: string): string {
  return `openapi: 3.1.0
info: { title: Coffee bar, version: '1' }
servers: [{ url: '${url}' }]
paths:
  /coffees/{id}:
    get:
      operationId: get_coffee
      summary: Get a coffee
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '200': { description: A coffee } }
`;
}

type Timer = ReturnType<typeof createTimer>;

function createTimer() {
  const begin = performance.now();
  let last = begin;
  const lines: string[] = [];
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
  return {
    lap(what: string): void {
      const now = performance.now();
      lines.push(`  ${seconds(now - last).padStart(6)} s  ${what}`);
      last = now;
    },
    laps: () => lines.join('\n'),
    total: () => seconds(performance.now() - begin),
  };
}

/** The commands in one shell, as a person types them. The last one is the service, which goes on until the end. */
function startShell(commands: readonly string[], cwd: string, timer: Timer) {
  const script = commands.map((command) => `${command}\necho '${DONE}${command}'`).join('\n');
  const child = spawn('bash', ['-e', '-c', script.replaceAll('<repository>', `'${ROOT}'`)], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const endGroup = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  // It is a group of its own, which a signal to us does not reach.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      endGroup();
      process.exit(1);
    });
  let said = '';
  let setupUrl: string | undefined;
  let connector: string | undefined;
  const ready = new Promise<{ connector: string; setupUrl: string }>((resolve, reject) => {
    // One is said on stderr and the other on stdout: either may come first.
    const tellWhenBothAreThere = () => {
      if (connector !== undefined && setupUrl !== undefined) resolve({ connector, setupUrl });
    };
    createInterface(child.stderr).on('line', (line) => {
      said += `${line}\n`;
      setupUrl ??= /https?:\S+\/setup\?token=\S+/.exec(line)?.[0];
      tellWhenBothAreThere();
    });
    createInterface(child.stdout).on('line', (line) => {
      said += `${line}\n`;
      if (line.startsWith(DONE)) timer.lap(line.slice(DONE.length));
      if (!line.includes('"event":"ready"')) return;
      timer.lap(commands.at(-1) ?? '');
      ({ connector } = JSON.parse(line) as { connector: string });
      tellWhenBothAreThere();
    });
    void closed.then(() => reject(new Error(`the commands ended before the service was ready:\n${said}`)));
  });
  return {
    ready,
    async end(): Promise<void> {
      endGroup();
      await closed;
    },
  };
}

type Person = ReturnType<typeof createPerson>;

async function makeAccount(setupUrl: string): Promise<Person> {
  const person = createPerson({ origins: [new URL(setupUrl).origin] });
  const page = await person.visit(setupUrl);
  const fields = { ...ACCOUNT, name: 'Newcomer', organisation_name: 'Coffee', slug: 'coffee' };
  const done = await person.submit(page, fields, 'organisation_name');
  if (done.status !== 200 || !done.html.includes('/mcp/coffee'))
    throw new Error(`no account was made: ${done.status}`);
  return person;
}

async function callFirstTool(connectorUrl: string, person: Person): Promise<string> {
  const { client, close } = await connect({
    connectorUrl,
    clientName: 'Newcomer’s app',
    approve: async (authorizeUrl) => (await person.decide(authorizeUrl, ACCOUNT)).callback,
    onStep: () => {},
  });
  const { tools } = await client.listTools();
  const result = await client.callTool({ name: 'get_coffee', arguments: { id: 7 } });
  await close();
  if (tools.length !== 1) throw new Error(`there are ${tools.length} tools`);
  return JSON.stringify(result.content);
}
