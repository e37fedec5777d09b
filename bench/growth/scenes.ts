import type { Request, Script } from './load.ts';
import type { Credentials } from './credentials.ts';
import { MAIN, TOOLED } from './sizes.ts';

/** One thing that is asked of both services. */
export interface Scene {
  readonly name: string;
  /** In a round. */
  readonly requests: number;
  /** How often what it needs can be used up: each credential is new once. */
  readonly rounds?: number;
  /** Undefined: there is nothing like it in this database. */
  script(credentials: Credentials): Script | undefined;
  /** Where there is no such promise: why it is shown. */
  readonly shownOnly?: string;
}

const MCP = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-11-25',
};
const rpc = (path: string, key: string, method: string, params: object = {}): Request => ({
  method: 'POST',
  path,
  headers: { ...MCP, authorization: `Bearer ${key}` },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
});
const read = (key: string, path = `/mcp/${MAIN}`, name = 'get_thing_0') =>
  rpc(path, key, 'tools/call', { name, arguments: {} });

function goodCall(status: number, body: string): void {
  if (status !== 200 || !body.includes('"content"') || body.includes('"isError":true'))
    throw new Error(`${status} ${body.slice(0, 500)}`);
}
function good(status: number, body: string): void {
  if (status !== 200 || body.startsWith('{"jsonrpc":"2.0","id":1,"error"'))
    throw new Error(`${status} ${body.slice(0, 500)}`);
}
const always = (request: Request, take: Script['take'] = good): Script => ({ next: () => request, take });
const page = (name: string, path: string, requests = 150, shownOnly?: string): Scene => ({
  name: `dashboard: ${name}`,
  requests,
  script: ({ main }) =>
    always({
      method: 'GET',
      path: `/portal/v1/organisations/${MAIN}${path}`,
      headers: { authorization: `Bearer ${main}` },
    }),
  ...(shownOnly === undefined ? {} : { shownOnly }),
});

export const SCENES: readonly Scene[] = [
  {
    name: 'tools/call, reading',
    requests: 6_000,
    script: ({ main }) => always(read(main, `/mcp/${MAIN}`), goodCall),
  },
  {
    name: 'tools/call, writing (with its durable intent)',
    requests: 3_000,
    script: ({ main }) =>
      always(
        rpc(`/mcp/${MAIN}`, main, 'tools/call', {
          name: 'change_thing_1',
          arguments: { note: 'x' },
        }),
        goodCall,
      ),
  },
  {
    name: 'tools/call among 10,000 tools',
    requests: 4_000,
    script: ({ tooled }) => always(read(tooled, `/mcp/${TOOLED}/c/big`), goodCall),
  },
  {
    name: 'first call of a key',
    requests: 1_500,
    rounds: 7,
    script: ({ cold }) => ({
      next: (index) => read(cold[index] ?? '', `/mcp/${TOOLED}/c/shop`),
      take: goodCall,
    }),
  },
  {
    name: 'tools/call, each by the key of another organisation',
    requests: 6_000,
    script({ elsewhere, main }) {
      const callers = elsewhere.length === 0 ? [{ slug: MAIN, key: main }] : elsewhere;
      return {
        next(index) {
          const { key, slug } = callers[index % callers.length] ?? { key: '', slug: '' };
          return read(key, `/mcp/${slug}`);
        },
        take: goodCall,
      };
    },
    shownOnly: 'all of them at once: 10,000 chains go on and 10,000 keys are used, where the other has one',
  },
  {
    name: 'api door',
    requests: 4_000,
    script: ({ main }) =>
      always(
        { method: 'GET', path: '/api/shop/things/0', headers: { authorization: `Bearer ${main}` } },
        (status, body) => {
          if (status !== 200) throw new Error(`${status} ${body}`);
        },
      ),
  },
  {
    name: 'tools/list',
    requests: 3_000,
    script: ({ main }) => always(rpc(`/mcp/${MAIN}`, main, 'tools/list')),
  },
  {
    name: 'tools/list among 10,000 tools',
    requests: 1_000,
    script: ({ tooled }) => always(rpc(`/mcp/${TOOLED}/c/big`, tooled, 'tools/list')),
    shownOnly: 'a list of 10 tools, and a search in place of one of 10,000',
  },
  {
    name: 'refresh',
    requests: 2_000,
    script({ families }) {
      // A family at a time is one connection's: the index says whose turn it is, and 16 are under way.
      const tokens = families.map(({ refreshToken }) => refreshToken);
      const free = families.map((_, index) => index);
      const held = new Map<number, number>();
      return {
        next(index) {
          const family = free.shift() ?? 0;
          held.set(index, family);
          return {
            method: 'POST',
            path: '/token',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: `grant_type=refresh_token&client_id=${families[family]?.clientId}&refresh_token=${tokens[family]}`,
          };
        },
        take(status, body, index) {
          if (status !== 200) throw new Error(`${status} ${body}`);
          const family = held.get(index) ?? 0;
          held.delete(index);
          tokens[family] = (JSON.parse(body) as { refresh_token: string }).refresh_token;
          free.push(family);
        },
      };
    },
  },
  {
    name: 'registration of a client',
    // An address may register 300 at once.
    requests: 40,
    script: () => ({
      next: () => ({
        method: 'POST',
        path: '/register',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_name: `App ${crypto.randomUUID()}`,
          redirect_uris: ['http://127.0.0.1:33418/callback'],
          token_endpoint_auth_method: 'none',
        }),
      }),
      take(status, body) {
        if (status !== 201) throw new Error(`${status} ${body}`);
      },
    }),
  },
  page('keys', '/keys'),
  page('connections', '/connections'),
  page('audit log, newest', '/audit'),
  page(
    'audit log, a day of it',
    `/audit?to=${new Date(Date.now() - 80 * 86_400_000).toISOString()}&limit=50`,
  ),
  page('audit log, oldest', '/audit?cursor=100', 150),
  page('audit log, one request in it', '/audit?request_id=req_none', 20),
  page(
    'usage of a week',
    '/usage?range=7d',
    60,
    'adds up what keys did in 5,000 hours, of which the other has 700',
  ),
  page('home', '/overview', 60),
  page('members', '/members', 60),
];
