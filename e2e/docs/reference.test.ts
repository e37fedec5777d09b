import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SERVE_HELP } from '../../packages/server/src/commands/serve-help.ts';
import { readTelemetry } from '../../packages/server/src/config-telemetry.ts';
import { openPortal, type OpenedPortal } from '../../packages/server/test/portal/open-portal.ts';
import { renderCommands } from '../../scripts/reference/commands.ts';
import { renderPortalApi } from '../../scripts/reference/portal-api.ts';
import { withSteps } from '../../scripts/reference/steps.ts';
import { ORDER } from '../../website/order.ts';
import { ROOT } from './pages.ts';

const read = (path: string) => readFile(join(ROOT, path), 'utf8');
/** Without what a formatter may change. */
const words = (text: string) => text.replaceAll(/[\s\\*_-]+/g, ' ').replaceAll(/(?<=\[) | (?=\])/g, '');

// Where one of the next three fails: npm run docs:reference writes the page anew.

test('the pages that have a place on the site are there, and have one', async () => {
  const files = (await readdir(join(ROOT, 'docs'))).filter((file) => file.endsWith('.md'));
  const placed = ORDER.flatMap(([, pages]) => pages).map((page) => `${page}.md`);
  expect(new Set(placed).size).toBe(placed.length);
  expect(placed.filter((page) => !files.includes(page))).toEqual([]);
  expect(placed.length).toBeGreaterThan(30);
});

test('the page of commands says what the programs say', async () => {
  expect(words(await read('docs/commands.md'))).toBe(words(await renderCommands()));
});

test('the steps for each app are those of the dashboard', async () => {
  const page = await read('docs/connect-apps.md');
  expect(words(page)).toBe(words(withSteps(page)));
});

describe('beside a portal', () => {
  let portal: OpenedPortal;
  beforeAll(async () => {
    portal = await openPortal();
  });
  afterAll(() => portal.close());

  test('the page of its API has every operation of its document', async () => {
    expect(words(await read('docs/portal-api.md'))).toBe(words(renderPortalApi(portal.document)));
  });
});

/** What stands in code in the first cell of the rows of a page's tables. */
function firstCells(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
}

/** What the configuration of `latchkey serve` is read from. */
async function variablesOfConfig(): Promise<string[]> {
  const schemas = await Promise.all(
    ['config.ts', 'config-calls.ts'].map((file) => read(`packages/server/src/${file}`)),
  );
  const checked = schemas.flatMap((source) => matched(source, /^ {2}([A-Z][A-Z0-9_]+): (?!')/gm));
  expect(checked.length).toBeGreaterThan(20);
  return [...new Set([...checked, ...variablesOfTelemetry()])];
}

test('every variable that a program reads is on the page of the environment, and no other', async () => {
  const doctor = await read('packages/doctor/src/environment.ts');
  const doctors = [...doctor.matchAll(/'(LATCHKEY_\w+)'/g)].map(([, name = '']) => name);
  expect(doctors.length).toBeGreaterThan(2);
  const stdio = matched(await sourcesOf(['packages/tools/src/stdio']), /\benv\['(\w+)'\]/g);
  expect(stdio.length).toBeGreaterThan(2);
  const page = firstCells(await read('docs/environment.md'));
  expect(new Set(page).size).toBe(page.length);
  expect(page.toSorted()).toEqual(
    [...new Set([...(await variablesOfConfig()), ...doctors, ...stdio])].toSorted(),
  );
});

test('every variable that serving reads is in what serve --help says of the environment, and no other', async () => {
  const [, environment = ''] = SERVE_HELP.split('\nEnvironment ');
  const named = new Set(matched(environment, /\b((?:[A-Z]+_)+[A-Z]+|PORT|HOST)\b/g));
  expect([...named].toSorted()).toEqual((await variablesOfConfig()).toSorted());
});

/** Those that are asked for, with everything on, and with what else decides which are read. */
function variablesOfTelemetry(): string[] {
  const on = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' };
  const environments: Record<string, string>[] = [
    on,
    {
      ...on,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'a=b',
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '1',
    },
  ];
  const asked = new Set<string>();
  for (const environment of environments) {
    const watched = new Proxy(environment, {
      get(target, name) {
        if (typeof name === 'string' && /^[A-Z][A-Z0-9_]+$/.test(name)) asked.add(name);
        return Reflect.get(target, name) as unknown;
      },
    });
    expect(readTelemetry(watched)).toMatchObject({ ok: true });
  }
  expect(asked.size).toBeGreaterThan(20);
  return [...asked];
}

/** The sources of these folders, without their tests. */
async function sourcesOf(folders: readonly string[]): Promise<string> {
  const texts = await Promise.all(
    folders.map(async (folder) => {
      const files = await readdir(join(ROOT, folder), { recursive: true });
      const sources = files.filter((file) => /(?<!\.test)\.tsx?$/.test(file));
      return Promise.all(sources.map((file) => read(`${folder}/${file}`)));
    }),
  );
  return texts.flat().join('\n');
}

const matched = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code = '']) => code);

test('every code that somebody can see is on the page of errors, and every code there is given somewhere', async () => {
  const server = 'packages/server/src';
  const [, table = ''] =
    /const STATUS = \{(.*?)\n\} as const/s.exec(await read(`${server}/kernel/errors.ts`)) ?? [];
  const [, rpc = ''] =
    /const RPC = \{(.*?)\n\} as const/s.exec(await read('packages/tools/src/mcp/rpc.ts')) ?? [];
  const calls = await sourcesOf([`${server}/gateway`, `${server}/upstreams`, 'packages/tools/src']);
  const oauth = await sourcesOf([`${server}/oauth`, `${server}/grants`]);
  const pages = await sourcesOf([`${server}/pages`]);
  const given = {
    'kernel/errors.ts': matched(table, /^ {2}([a-z_]+): \d+,$/gm),
    'mcp/rpc.ts': matched(rpc, /: (-?\d+),/g),
    'results of tools': matched(calls, /\bcode: '([a-z]+_[a-z_]+)'/g),
    upstreams: matched(calls, /'(upstream_[a-z_]+)'/g),
    confirmation: matched(calls, /'(confirmation_[a-z]+)'/g),
    'the authorization server': [
      ...matched(oauth, /\berror: '([a-z_]+)'/g),
      ...matched(await read(`${server}/oauth/token/token-error.ts`), /\| '([a-z_]+)'/g),
      ...matched(await read(`${server}/oauth/checks/authorize-error.ts`), /\| '([a-z_]+)'/g),
    ],
    challenges: matched(await read(`${server}/gateway/challenge.ts`), /'([a-z]+_[a-z]+)'/g).slice(0, 2),
    // Another organisation is told as "not a member".
    pages: [
      ...matched(pages, /\bcode: '([a-z]+_[a-z_]+)'/g),
      ...matched(await read(`${server}/pages/refusals.ts`), /^ {4}'([a-z]+_[a-z_]+)',$/gm),
      ...matched(
        await read(`${server}/pages/explain-refusal.ts`),
        /case '(?!other_organisation)([a-z]+_[a-z_]+)'/g,
      ),
      ...matched(await read(`${server}/pages/failures.tsx`), /'([a-z_]+_form|form_[a-z_]+)'/g),
    ],
  };
  const page = await read('docs/errors.md');
  const there = new Set(matched(page, /`(-?[a-z0-9_]+)`/g));
  const missing = Object.entries(given).flatMap(([place, codes]) => {
    if (codes.length < 2) return [`${place}: none was found`];
    return codes.filter((code) => !there.has(code)).map((code) => `${place}: ${code}`);
  });
  expect(missing).toEqual([]);
  const all =
    calls + oauth + pages + table + rpc + (await sourcesOf([`${server}/portal`, `${server}/people`]));
  const nowhere = firstCells(page).filter((code) => {
    const tail = code.replace(/^(?:handoff|connect|company)_/, '');
    return !code.endsWith('…') && !all.includes(code) && !new RegExp(`['\\s]${tail}['\\s:]`).test(all);
  });
  expect(nowhere).toEqual([]);
});

test('the times on the page of lifetimes are those that hold', async () => {
  const lifetimes = await import('../../packages/server/src/grants/lifetimes.ts');
  const page = words(await read('docs/lifetimes.md'));
  expect(page).toContain(`| access token | ${lifetimes.ACCESS_TOKEN_SECONDS / 3600} hour |`);
  expect(page).toContain(
    `${lifetimes.GRANT_KEY_SECONDS / 86_400} days, replaced by each refresh; the former one works ${lifetimes.GRANT_KEY_OVERLAP_SECONDS / 60} minutes more`,
  );
  expect(page).toContain(`again within ${lifetimes.REPLAY_SECONDS} seconds`);
  expect(page).toContain(`authorization code | ${lifetimes.CODE_MINUTES} minutes, once |`);
  expect(page).toContain(`${lifetimes.AUTHORIZATION_MINUTES} minutes from`);
  expect(page).toContain(`may differ by ${lifetimes.CLOCK_LEEWAY_SECONDS} seconds`);
});
