import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CLI = fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url));
const run = promisify(execFile);

/** What the built program says with these arguments. */
async function helpOf(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [CLI, ...args, '--help']);
  return stdout.trimEnd();
}

const LEAD = `# Commands

What \`latchkey <command> --help\` says. From a clone, after \`npm ci && npm run build\`, the program is \`node packages/server/dist/cli.js\`, or \`npx latchkey\`; in the image it is \`latchkey\`, beside the systemd unit \`node /opt/latchkey/packages/server/bin/latchkey.js\`, as the unit's account and with its environment. [The environment](environment.md) is the same for all of them.

This page is written by \`npm run docs:reference\`.`;

/** docs/commands.md, from the program itself: a section for each command that it lists. */
export async function renderCommands(): Promise<string> {
  const overview = await helpOf();
  const names = [...overview.matchAll(/^ {2}([a-z][a-z-]*)(?: |$)/gm)].map(([, name = '']) => name);
  if (names.length < 10) throw new Error(`the overview lists ${names.length} commands`);
  const helps = new Map<string, string[]>();
  // Two at a time: each is a process.
  for (let at = 0; at < names.length; at += 2) {
    const pair = names.slice(at, at + 2);
    const said = await Promise.all(pair.map((name) => helpOf(name)));
    pair.forEach((name, index) => {
      const help = said[index] ?? '';
      helps.set(help, [...(helps.get(help) ?? []), name]);
    });
  }
  const sections = [...helps].map(([help, same]) => `## latchkey ${same.join(', ')}\n\n${fenced(help)}`);
  return `${[LEAD, fenced(overview), ...sections].join('\n\n')}\n`;
}

function fenced(text: string): string {
  return ['```text', text, '```'].join('\n');
}
