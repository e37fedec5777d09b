import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ELSEWHERE } from './elsewhere.ts';
import { EXECUTED, openDocsWorld, type DocsWorld } from './executed.ts';
import { blocksOf, commandLinesOf, hiddenCommandsOf, inlineCodeOf, readPages, ROOT } from './pages.ts';

const pages = await readPages();
const lines = pages.flatMap(commandLinesOf);
const wanted = [...new Set(lines.map(({ line }) => line))];

test('each command line of the docs is run here, or named with the file that runs it, and nothing else is named', () => {
  const known = [...Object.keys(EXECUTED), ...Object.keys(ELSEWHERE)];
  expect(new Set(known).size).toBe(known.length);
  expect(wanted.toSorted()).toEqual(known.toSorted());
});

test.each(Object.entries(ELSEWHERE))('%s is run where it is said to be', async (_, places) => {
  expect(places.length).toBeGreaterThan(0);
  for (const { file, has } of places) {
    expect(has.length).toBeGreaterThan(5);
    expect(`${file}: ${await readFile(join(ROOT, file), 'utf8')}`).toContain(has);
  }
});

test('no block hides commands by not being called sh', () => {
  expect(pages.flatMap((page) => hiddenCommandsOf(page).map((line) => `${page.path}: ${line}`))).toEqual([]);
});

describe('in a sandbox, beside a running service', () => {
  let docs: DocsWorld;
  beforeAll(async () => {
    docs = await openDocsWorld();
    const readme = pages.find(({ path }) => path === 'README.md');
    const declared = readme && blocksOf(readme).find(({ language }) => language === 'yaml');
    await writeFile(join(docs.sandbox.folder, 'latchkey.yaml'), declared?.body ?? '');
    await writeFile(
      join(docs.sandbox.folder, 'crm.openapi.yaml'),
      'openapi: 3.1.0\ninfo: { title: CRM, version: "1" }\npaths:\n  /people: { get: { operationId: list_people, responses: {} } }\n',
    );
  });
  afterAll(() => docs.close());

  test.each(Object.entries(EXECUTED))('%s', async (line, run) => {
    expect.hasAssertions();
    await run(docs, line);
  });
});

describe('in the running text', () => {
  const inline = pages.flatMap((page) => inlineCodeOf(page).map((code) => ({ page: page.path, code })));

  test('each npm script is there', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = inline.flatMap(({ code, page }) => {
      const [, script] = /^(?:CI=\S+ |npm ci && )?npm run (?:--silent )?([\w:-]+)/.exec(code) ?? [];
      return script === undefined ? [] : [{ page, script }];
    });
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ script }) => manifest.scripts[script] === undefined)).toEqual([]);
  });

  test('each command of latchkey is there, and so is each of its options', async () => {
    const reference = pages.find(({ path }) => path === 'docs/commands.md')?.text ?? '';
    const helps = new Map(
      [...reference.matchAll(/^## latchkey ([\w-]+(?:, [\w-]+)*)\n(.*?)(?=^## |$(?![\s\S]))/gms)].flatMap(
        ([, names = '', help = '']) => names.split(', ').map((name) => [name, help] as const),
      ),
    );
    const said = inline.flatMap(({ code, page }) => {
      const [, command, rest = ''] = /^(?:npx )?latchkey ([a-z][\w-]*)(.*)$/.exec(code) ?? [];
      return command === undefined ? [] : [{ page, command, options: rest.match(/--[a-z][\w-]*/g) ?? [] }];
    });
    expect(said.length).toBeGreaterThan(20);
    const wrong = said.flatMap(({ command, options, page }) => {
      const help = helps.get(command);
      if (help === undefined) return [`${page}: latchkey ${command}`];
      return options
        .filter((option) => !help.includes(option))
        .map((option) => `${page}: ${command} ${option}`);
    });
    expect(wrong).toEqual([]);
  });
});
