import { describe, expect, test } from 'vitest';
import {
  argumentsOf,
  EMPTY_DRAFT,
  jsonTextAt,
  numberOf,
  placeOf,
  toForm,
  toJson,
  valueAt,
  withValue,
  type Draft,
} from './draft.ts';

describe('what was typed', () => {
  test('is put in one place and taken away again, and nothing beside it changes', () => {
    const value = withValue({ name: 'Ada', tags: ['a', 'b'] }, ['address', 'city'], 'London');
    expect(value).toEqual({ name: 'Ada', tags: ['a', 'b'], address: { city: 'London' } });
    expect(withValue(value, ['tags', 1], 'c')).toEqual({ ...value, tags: ['a', 'c'] });
    expect(withValue(value, ['name'], undefined)).toEqual({ tags: ['a', 'b'], address: { city: 'London' } });
    expect(valueAt(withValue(value, ['address', 'city'], undefined), ['address', 'city'])).toBeUndefined();
    expect(value).toEqual({ name: 'Ada', tags: ['a', 'b'], address: { city: 'London' } });
  });

  test('takes the objects with it that are empty without it, but no item of a list', () => {
    const address = { lines: { first: 'x' } };
    expect(withValue({ a: 1, address }, ['address', 'lines', 'first'], undefined)).toEqual({ a: 1 });
    expect(withValue({ address }, ['address', 'lines', 'first'], undefined)).toEqual({});
    const items = [{ name: 'x' }, { name: 'y', note: 'z' }];
    expect(withValue({ items }, ['items', 0, 'name'], undefined)).toEqual({ items: [{}, items[1]] });
    expect(withValue({ items }, ['items', 1, 'name'], undefined)).toEqual({
      items: [items[0], { note: 'z' }],
    });
  });

  test('keeps its order when a field is typed over', () => {
    const value = { a: 1, b: 2, c: 3 };
    expect(Object.keys(withValue(value, ['b'], 4))).toEqual(['a', 'b', 'c']);
  });

  test('__proto__ is a name as any other', () => {
    const value = withValue({}, ['__proto__', 'polluted'], true);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each([
    ['12', 12],
    ['-0.5', -0.5],
    ['', undefined],
    ['1.', '1.'],
    ['1.0', '1.0'],
    ['1e', '1e'],
    ['abc', 'abc'],
    ['9007199254740993', '9007199254740993'],
  ])('the number %j is %j: what is half typed or would be rounded stays text', (text, number) => {
    expect(numberOf(text)).toBe(number);
  });

  test('is named as faults name it', () => {
    expect(placeOf(['items', 2, 'name'])).toBe('items[2].name');
  });
});

describe('the switch between form and JSON', () => {
  const typed: Draft = { ...EMPTY_DRAFT, value: { name: 'Ada' } };

  test('shows in each what was typed in the other', () => {
    const json = toJson(typed);
    expect(JSON.parse(json.json)).toEqual({ name: 'Ada' });
    expect(toForm({ ...json, json: '{"name":"Grace","more":[1]}' })?.value).toEqual({
      name: 'Grace',
      more: [1],
    });
  });

  test('leaves JSON as it was typed, where the form changed nothing', () => {
    const spaced = '{ "name":   "Ada" }';
    const back = toForm({ ...typed, view: 'json', json: spaced });
    expect(back && toJson(back).json).toBe(spaced);
  });

  test.each(['{"name":', '[1]', '"text"'])('does not leave %s, which is no object', (json) => {
    const draft: Draft = { ...typed, view: 'json', json };
    expect(toForm(draft)).toBeUndefined();
    expect(argumentsOf(draft)).toBeUndefined();
  });

  test('keeps the text of a field that is no JSON yet', () => {
    const half: Draft = { ...EMPTY_DRAFT, value: { extra: '{"a":' }, texts: { extra: '{"a":' } };
    expect(jsonTextAt(half, ['extra'])).toBe('{"a":');
    const back = toForm(toJson(half));
    expect(back && jsonTextAt(back, ['extra'])).toBe('{"a":');
  });
});
