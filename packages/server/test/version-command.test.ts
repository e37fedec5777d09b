import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { startCommand } from './support/latchkey-command.ts';

async function run(...args: string[]) {
  const command = startCommand(args, { cwd: tmpdir(), environment: {} });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

test.each(['--version', '-v'])('latchkey %s says which release this is, and nothing else', async (asked) => {
  const file = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(file) as { version: string };
  expect(await run(asked)).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('what is no command is named, beside all that are, with status 2', async () => {
  const { code, err, out } = await run('srve');
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^latchkey: there is no command "srve"\n\nlatchkey <command>\n/);
});
