import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileCatalogue, compileInWorker } from '../src/index.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`./fixtures/nasty/${name}`, import.meta.url));

/** A sound document of as many operations. */
function large(operations: number): string {
  const paths: Record<string, unknown> = {};
  for (let index = 0; index < operations; index += 1) {
    paths[`/things${index}/{id}`] = {
      get: { operationId: `getThing${index}`, summary: `Get thing ${index}`, responses: {} },
    };
  }
  return JSON.stringify({ openapi: '3.1.0', info: { title: 'Large', version: '1' }, paths });
}

test('a worker compiles to the same bytes as the caller would', async () => {
  for (const source of [fixture('recursive.json'), large(120)]) {
    expect(JSON.stringify(await compileInWorker(source))).toBe(JSON.stringify(compileCatalogue(source)));
  }
});

test('a worker passes on what is wrong with a document', async () => {
  expect(await compileInWorker('<html></html>')).toMatchObject({
    ok: false,
    error: { code: 'NOT_PARSEABLE' },
  });
});

test('a document that takes too long is refused and its worker is ended', async () => {
  const result = await compileInWorker(fixture('fanout.json'), {}, { timeoutMs: 1 });
  expect(result).toMatchObject({
    ok: false,
    error: { code: 'TOO_LARGE', message: 'It was not compiled after 0.001 s.' },
  });
});

test('a document that takes too much memory is refused, and this process lives on', async () => {
  const result = await compileInWorker(large(20_000), {}, { memoryMb: 16 });
  expect(result).toMatchObject({
    ok: false,
    error: { code: 'TOO_LARGE', message: 'Compiling it takes more than 16 MB.' },
  });
});

test('progress of a large document is told while the caller goes on', async () => {
  const seen: { done: number; operations: number }[] = [];
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 1);
  await compileInWorker(large(300), {}, { onProgress: (progress) => seen.push(progress) });
  clearInterval(turning);
  expect(seen.map(({ done }) => done)).toEqual([0, 50, 100, 150, 200, 250]);
  expect(new Set(seen.map(({ operations }) => operations))).toEqual(new Set([300]));
  expect(turns).toBeGreaterThan(0);
});

test('a compilation that nobody wants any more is ended, and says why', async () => {
  const cancelling = new AbortController();
  const compiling = compileInWorker(
    large(20_000),
    {},
    { signal: cancelling.signal, onProgress: () => cancelling.abort(new Error('enough')) },
  );
  await expect(compiling).rejects.toThrow('enough');
  await expect(compileInWorker(large(1), {}, { signal: cancelling.signal })).rejects.toThrow('enough');
});

test('the places of what is skipped, warned of and suggested are told', async () => {
  const document = `openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    trace: {responses: {}}
`;
  const places: object[] = [];
  const compiled = await compileInWorker(document, {}, { onPlaces: (found) => places.push(found) });
  expect(compiled).toMatchObject({ value: { skipped: [{ pointer: '/paths/~1a/trace' }] } });
  expect(places).toEqual([{ '/paths/~1a/trace': [5, 5] }]);
});

test('several overlays are applied in their order', async () => {
  const overlay = (summary: string) =>
    JSON.stringify({
      overlay: '1.0.0',
      info: { title: 'x', version: '1' },
      actions: [{ target: "$['paths']['/things0/{id}'].get", update: { summary } }],
    });
  const compiled = compileCatalogue(large(1), { overlay: [overlay('First'), overlay('Second')] });
  expect(compiled).toMatchObject({ value: { tools: [{ title: 'Second' }] } });
});
