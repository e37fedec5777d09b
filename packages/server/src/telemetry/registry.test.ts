import { expect, test } from 'vitest';
import { expose as exposeTexts, formatOf, writeFamilies } from './exposition.ts';
import { createRegistry, type Family } from './registry.ts';

const BOUNDS = [0.1, 1, 5];

function expose(families: readonly Family[], accept: string | undefined) {
  const format = formatOf(accept);
  return exposeTexts(writeFamilies(families, format), format);
}

test('all series are there before anything has happened, and no other can be made', () => {
  const registry = createRegistry();
  const family = registry.counter({
    name: 'things_total',
    help: 'Things',
    labels: { kind: ['a', 'other'], colour: ['red', 'blue'] },
  });
  family.at('a', 'blue').value += 2;
  family.at('whatever somebody sent', 'red').value += 1;
  expect(() => family.at('a', 'green')).toThrow('has no');
  expect(expose(registry.families(), undefined).text).toBe(
    [
      '# HELP things_total Things',
      '# TYPE things_total counter',
      'things_total{kind="a",colour="red"} 0',
      'things_total{kind="a",colour="blue"} 2',
      'things_total{kind="other",colour="red"} 1',
      'things_total{kind="other",colour="blue"} 0',
      '',
    ].join('\n'),
  );
});

test('a histogram adds up its buckets; a value on a bound belongs below it', () => {
  const registry = createRegistry();
  const durations = registry.histogram({ name: 'seconds', help: 'Durations', bounds: BOUNDS }).at();
  for (const value of [0.05, 0.1, 0.7, 60]) durations.observe(value);
  const { text } = expose(registry.families(), undefined);
  expect(text.split('\n').slice(2, -1)).toEqual([
    'seconds_bucket{le="0.1"} 2',
    'seconds_bucket{le="1"} 3',
    'seconds_bucket{le="5"} 3',
    'seconds_bucket{le="+Inf"} 4',
    'seconds_sum 60.85',
    'seconds_count 4',
  ]);
});

test('what is read elsewhere is read at each look', () => {
  const registry = createRegistry();
  let size = 1;
  registry.read('gauge', { name: 'size', help: 'Size' }, (put) => put(size));
  expect(expose(registry.families(), undefined).text).toContain('\nsize 1\n');
  size = 7;
  expect(expose(registry.families(), undefined).text).toContain('\nsize 7\n');
});

test('a name is given once', () => {
  const registry = createRegistry();
  registry.counter({ name: 'things_total', help: 'Things' });
  expect(() => registry.counter({ name: 'things_total', help: 'Others' })).toThrow('twice');
});

test('labels cannot end their quotes', () => {
  const registry = createRegistry();
  registry.read(
    'gauge',
    { name: 'info', help: 'A "word"\nand more', labels: { text: ['a"} 1\n\\b'] } },
    (put) => put(1, 'a"} 1\n\\b'),
  );
  expect(expose(registry.families(), undefined).text).toBe(
    '# HELP info A "word"\\nand more\n# TYPE info gauge\ninfo{text="a\\"} 1\\n\\\\b"} 1\n',
  );
});

test.each([
  [undefined, 'text/plain'],
  ['*/*', 'text/plain'],
  [
    'application/openmetrics-text; version=1.0.0; charset=utf-8,text/plain;q=0.5',
    'application/openmetrics-text',
  ],
  ['application/openmetrics-text;q=0,text/plain', 'text/plain'],
])('who accepts %s gets %s', (accept, type) => {
  expect(expose([], accept).contentType.split(';')[0]).toBe(type);
});
