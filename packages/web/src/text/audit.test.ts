import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { actionInWords } from './audit.ts';

const SERVER = new URL('../../../server/src/', import.meta.url);
/** What people find in an organisation's log is about one of these. */
const ABOUT =
  'tool|api|file|prompt|resource|management|grant|consent|code|token|authorize|assertion|client|key|agent|member|invitation|password|organisation|connector|upstream|issuer|identity|company|audit|webhook';
/** Written like one, and none: what a role may do, names of columns, and the type of a message. */
const OTHERS = [
  'audit.entries',
  'audit.read',
  'audit.retain',
  'organisation.rename',
  'organisation.delete',
  'agent.name',
  'client.name',
  'key.name',
];

test('everything that the service writes into an organisation’s log has words', () => {
  const written = new Set(
    readdirSync(SERVER, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'))
      .flatMap((path) => [
        ...readFileSync(new URL(path, SERVER), 'utf8').matchAll(
          new RegExp(`'((?:${ABOUT})\\.[a-z_]+)'`, 'g'),
        ),
      ])
      .map(([, action = '']) => action),
  );
  expect(written.size).toBeGreaterThan(60);
  const wordless = [...written].filter(
    (action) => actionInWords(action) === action && !OTHERS.includes(action),
  );
  expect(wordless).toEqual([]);
});
