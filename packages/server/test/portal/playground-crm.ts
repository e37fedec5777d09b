import type { IncomingMessage, ServerResponse } from 'node:http';
import { compileCatalogue } from '@latchkey/tools';
import { importConnector } from '../../src/connectors/import-connector.ts';
import type { ConnectorId, OrganisationId } from '../../src/kernel/ids.ts';
import type { Store } from '../../src/store/store.ts';
import type { Credential } from '../../src/upstreams/credentials/credential.ts';
import type { Vault } from '../../src/upstreams/credentials/vault.ts';
import { startLoopback, type Loopback } from '../upstreams/support/loopback.ts';

/** One red point. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
export const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

const string = { type: 'string' };
const parameter = (name: string, place: string, schema: object = string, more: object = {}) => ({
  name,
  in: place,
  schema,
  ...(place === 'path' ? { required: true } : {}),
  ...more,
});

const OPERATIONS: Record<string, object> = {
  'GET /contacts': {
    operationId: 'list_contacts',
    summary: 'List contacts',
    description: 'The people that the company knows, newest first.',
    parameters: [
      parameter('q', 'query', { ...string, description: 'Part of the name.' }),
      parameter('limit', 'query', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
      parameter('active', 'query', { type: 'boolean', description: 'Only those who are active.' }),
      parameter('sort', 'query', { ...string, enum: ['name', 'created', 'city'] }),
      parameter('X-Trace', 'header', string),
    ],
  },
  'POST /contacts': {
    operationId: 'create_contact',
    summary: 'Create a contact',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { ...string, description: 'First and last name.' },
              kind: { ...string, enum: ['person', 'company'] },
              newsletter: { type: 'boolean' },
              tags: { type: 'array', items: string },
              address: {
                type: 'object',
                required: ['city'],
                properties: { street: string, city: string, zip: { type: 'integer' } },
              },
              extra: { description: 'Whatever else there is.' },
            },
          },
        },
      },
    },
  },
  'POST /letters': {
    operationId: 'send_letter',
    summary: 'Send a letter',
    'x-mcp': { cost: 2 },
    parameters: [parameter('to', 'query', string, { required: true })],
  },
  'DELETE /contacts/{id}': {
    operationId: 'delete_contact',
    summary: 'Delete a contact',
    parameters: [parameter('id', 'path')],
  },
  'GET /echo': { operationId: 'echo', summary: 'Say back what came' },
  'GET /status/{code}': {
    operationId: 'get_status',
    summary: 'Answer with a status',
    parameters: [parameter('code', 'path', { type: 'integer' })],
  },
  'GET /slow': { operationId: 'slow', summary: 'Never answer' },
  'GET /photo': { operationId: 'get_photo', summary: 'Get a photo' },
  'GET /sound': { operationId: 'get_sound', summary: 'Get a sound' },
  'GET /report': { operationId: 'get_report', summary: 'Get a report' },
  'GET /long': { operationId: 'get_long', summary: 'Get something long' },
  'GET /hostile': { operationId: 'get_hostile', summary: 'Get something hostile' },
};

function documentOf(operations: Record<string, object>): string {
  const paths: Record<string, Record<string, object>> = {};
  for (const [operation, more] of Object.entries(operations)) {
    const [method = '', path = ''] = operation.split(' ');
    const responses = { 200: { description: 'ok' } };
    paths[path] = { ...paths[path], [method.toLowerCase()]: { responses, ...more } };
  }
  return JSON.stringify({ openapi: '3.1.0', info: { title: 'CRM', version: '1' }, paths });
}

const CONTACTS = Array.from({ length: 3 }, (_, at) => ({
  id: at + 1,
  name: ['Ada Lovelace', 'Grace Hopper', 'Katherine Johnson'][at],
  city: ['London', 'New York', 'Hampton'][at],
}));

function answer(req: IncomingMessage, res: ServerResponse, body: string): void {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const json = (status: number, value: unknown, headers: Record<string, string> = {}): void => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };
  const file = (type: string, bytes: Buffer): void => {
    res.writeHead(200, { 'content-type': type }).end(bytes);
  };
  const path = url.pathname;
  if (path === '/v1/contacts' && req.method === 'GET') return json(200, { items: CONTACTS, total: 3 });
  if (path === '/v1/contacts') return json(201, { id: 4, ...(JSON.parse(body) as object) });
  if (path === '/v1/letters') return json(200, { sent: true, credits_left: 8 });
  if (path === '/v1/echo')
    return json(
      200,
      { headers: req.headers, url: req.url, [String(req.headers.authorization)]: 1 },
      {
        'x-echo': String(req.headers.authorization),
        'set-cookie': 'session=of-the-upstream',
      },
    );
  if (path === '/v1/photo') return file('image/png', Buffer.from(PNG, 'base64'));
  if (path === '/v1/sound') return file('audio/wav', Buffer.from(SILENCE, 'base64'));
  if (path === '/v1/report') return file('application/pdf', Buffer.from('%PDF-1.7 a report \0 of bytes'));
  if (path === '/v1/long')
    return json(200, { items: Array.from({ length: 800 }, (_, at) => ({ id: at, text: `Line ${at}` })) });
  if (path === '/v1/hostile') return json(200, { text: HOSTILE, '‮desrever': '​hidden' });
  if (path === '/v1/slow') return undefined;
  const status = Number(/^\/v1\/status\/(\d{3})$/.exec(path)?.[1] ?? 204);
  if (status === 429)
    return json(
      429,
      { error: { message: 'Slow down.' } },
      {
        'retry-after': '7',
        'x-ratelimit-limit': '60',
        'x-ratelimit-remaining': '0',
      },
    );
  if (status === 204) return void res.writeHead(204).end();
  return json(status, { message: `It is ${status}. ${HOSTILE}` });
}

/** A quarter of a millisecond of nothing. */
const SILENCE = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQIAAACAgA==';

interface Publication {
  credential?: Credential;
  operations?: Record<string, object>;
  slug?: string;
  name?: string;
}

export interface Crm extends Loopback {
  readonly received: readonly { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
  readonly baseUrl: string;
  publish(orgId: OrganisationId, publication?: Publication): Promise<ConnectorId>;
}

/** An API on this machine, as a connector of organisations. */
export async function startCrm({
  store,
  upstreams,
}: {
  store: Store;
  upstreams: { vault: Vault };
}): Promise<Crm> {
  const api = await startLoopback(answer);
  const baseUrl = `${api.url}/v1`;
  return {
    ...api,
    baseUrl,
    async publish(orgId, { credential, operations = OPERATIONS, slug = 'crm', name = 'The CRM' } = {}) {
      const imported = await importConnector(store, {
        orgId,
        slug,
        name,
        baseUrl,
        document: documentOf(operations),
        compile: compileCatalogue,
      });
      if (!imported.ok) throw new Error(imported.error.message);
      const { connectorId } = imported.value;
      if (credential !== undefined)
        await upstreams.vault.set({ connectorId, orgId, audience: baseUrl, credential });
      return connectorId;
    },
  };
}
