import { expect } from 'vitest';
import {
  deref,
  faultsOf,
  operationOf,
  recordOf,
  responseOf,
  statusesOf,
  type Operation,
} from './document.ts';
import { at, isRecord, type Json } from './json.ts';

export interface CallInput {
  /** For the placeholders of the path. */
  path?: Record<string, string>;
  query?: Record<string, string>;
  json?: Json;
  body?: string | FormData | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

/** Every operation and status that this file's tests have seen. */
export const seen = new Set<string>();

/** Calls an operation of the document, and holds the answer to what the document says about its status. */
export async function call(
  url: string,
  token: string | undefined,
  id: string,
  input: CallInput = {},
): Promise<Answer> {
  const operation = operationOf(id);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => input.path?.[name] ?? '');
  const target = new URL(url + path);
  target.search = new URLSearchParams(input.query ?? {}).toString();
  const response = await fetch(target, {
    method: operation.method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(input.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...input.headers,
    },
    body: input.json === undefined ? (input.body ?? null) : JSON.stringify(input.json),
  });
  return expectDocumented(operation, response);
}

export async function expectDocumented(operation: Operation, response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  const name = `${operation.id} ${status}`;
  expect(statusesOf(operation), `${name} is in the document: ${text}`).toContain(status);
  seen.add(name);
  const documented = recordOf(responseOf(operation, status));
  expectHeaders(name, documented['headers'] ?? {}, headers);
  const content = documented['content'];
  if (content === undefined) {
    expect(text, `${name} has no body`).toBe('');
    return { status, headers, body: null };
  }
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  expect(Object.keys(recordOf(content)), `the type of ${name}`).toContain(type);
  const body: Json = JSON.parse(text);
  expect(faultsOf(at(content, type, 'schema'), body), `${name}: ${text}`).toEqual([]);
  return { status, headers, body };
}

function expectHeaders(name: string, documented: Json, headers: Headers): void {
  for (const [header, reference] of Object.entries(recordOf(documented))) {
    const definition = deref(reference);
    const value = headers.get(header);
    expect(value, `${name} has ${header}`).not.toBeNull();
    const schema = at(definition, 'schema');
    const isNumber = isRecord(schema) && schema['type'] === 'integer';
    expect(faultsOf(schema, isNumber ? Number(value) : value), `${name}: ${header}`).toEqual([]);
  }
}
