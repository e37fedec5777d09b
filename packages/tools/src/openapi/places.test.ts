import { expect, test } from 'vitest';
import { placesOf } from './places.ts';

const JSON_TEXT = `{
  "openapi": "3.1.0", "tags": [ {"name": "a"},
    {"name": "b/c~d"}],
  "paths": {
    "/a/{id}": { "get": {"x\\u0041": [1, [true, {"deep": null}]] },
       "post": {} }
  }
}`;

test('places of a JSON document are those of the keys, and of items in lists', () => {
  const pointers = ['/tags/1', '/paths/~1a~1{id}/post', '/paths/~1a~1{id}/get/xA/1/1/deep', '/nowhere', ''];
  expect(placesOf(JSON_TEXT, pointers)).toEqual({
    '/tags/1': [3, 5],
    '/paths/~1a~1{id}/post': [6, 8],
    '/paths/~1a~1{id}/get/xA/1/1/deep': [5, 49],
  });
});

test('places of a YAML document are found, with flow collections in it', () => {
  const yaml = 'openapi: 3.1.0\npaths:\n  /a:\n    get: {summary: x}\n    post:\n      tags: [a, b]\n';
  expect(placesOf(new TextEncoder().encode(yaml), ['/paths/~1a/post', '/paths/~1a/post/tags/1'])).toEqual({
    '/paths/~1a/post': [5, 5],
    '/paths/~1a/post/tags/1': [6, 17],
  });
});

test.each(['', '{', '{"a":', '{"a" 1}', '[1,', '{"a":1}}', '\0', 'a: &a [*a]', '{"a":tru'])(
  'what cannot be read has no places: %j',
  (text) => {
    expect(placesOf(text, ['/b'])).toEqual({});
  },
);
