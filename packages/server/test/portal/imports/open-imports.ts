import { expect } from 'vitest';
import type { Role } from '../../../src/kernel/access.ts';
import { startDocumentHost } from '../../client-documents/support/document-host.ts';
import { openPortal, type Person, type PortalAnswer } from '../open-portal.ts';

type Json = Record<string, unknown>;

export interface ImportView extends Json {
  id: string;
  state: string;
  revision: number;
  settings: Json & { slug: string | null; name: string | null; base_url: string | null; operations: Json };
  content_hash: string | null;
  target: { exists: boolean; base_version: number | null };
  blockers: { code: string }[];
  rejection: { code: string; line: number | null } | null;
  report: (Json & { tools: { read: number; full: number } }) | null;
}

/** A portal, and an internet of its own in which `docs.test` and `api.test` are. */
export async function openImports() {
  const internet = await startDocumentHost(['docs.test', 'api.test', 'mcp.test']);
  const portal = await openPortal({ addressGuard: internet.guard });
  return {
    portal,
    internet,

    /** Somebody of that role in an organisation of their own. */
    async admin(role: Role = 'admin') {
      const { orgId, slug } = await portal.organisation();
      const person = await portal.person({ orgId, role });
      return { orgId, slug, person, ...actor(person, slug) };
    },

    actor,

    async close(): Promise<void> {
      await portal.close();
      await internet.close();
    },
  };

  /** What a person does with the imports of an organisation. */
  function actor(person: Person, slug: string) {
    const base = `/organisations/${slug}`;

    async function upload(
      document: string | Uint8Array | ReadableStream,
      { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
    ): Promise<PortalAnswer> {
      const response = await portal.app.request(`${portal.baseUrl}/portal/v1${base}/imports/upload${query}`, {
        method: 'POST',
        headers: {
          cookie: person.cookie,
          'sec-fetch-site': 'same-origin',
          origin: portal.baseUrl,
          'content-type': 'application/octet-stream',
          ...headers,
        },
        body: document,
        duplex: 'half',
      } as RequestInit);
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: JSON.parse(text) as Record<string, unknown>,
      };
    }

    /** As the page does it: asks until it is no longer under way. */
    async function settled(id: string): Promise<ImportView> {
      let view: ImportView | undefined;
      await expect
        .poll(
          async () => {
            view = (await person.get(`${base}/imports/${id}`)).body as unknown as ImportView;
            return view.state;
          },
          { timeout: 60_000, interval: 100 },
        )
        .not.toMatch(/^(?:fetching|checking)$/);
      if (view === undefined) throw new Error('there is no import');
      return view;
    }

    async function uploaded(document: string | Uint8Array, query = ''): Promise<ImportView> {
      const made = await upload(document, { query });
      expect([made.status, made.text]).toEqual([201, expect.any(String)]);
      return settled(String(made.body?.['id']));
    }

    async function changed(view: ImportView, settings: Json): Promise<ImportView> {
      const answer = await person.send('PUT', `${base}/imports/${view.id}/settings`, {
        body: { revision: view.revision, settings: { ...view.settings, ...settings } },
      });
      expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
      return settled(view.id);
    }

    function publish(view: ImportView, more: Json = {}): Promise<PortalAnswer> {
      return person.post(`${base}/imports/${view.id}/publish`, {
        content_hash: view.content_hash,
        base_version: view.target.base_version,
        ...more,
      });
    }

    return {
      base,
      upload,
      settled,
      uploaded,
      changed,
      publish,
      get: (path: string) => person.get(base + path),
      post: (path: string, body?: unknown) => person.post(base + path, body),
      put: (path: string, body: unknown) => person.send('PUT', base + path, { body }),
      actions: async (wanted: string) => {
        const { body = {} } = await person.get(`${base}/audit`);
        return (body['items'] as Json[]).filter(({ action }) => action === wanted);
      },
    };
  }
}

export type OpenedImports = Awaited<ReturnType<typeof openImports>>;

/** A shop with what reads and what writes. */
export function shop(more: Json = {}, title = 'Shop'): string {
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title, version: '1' },
    servers: [{ url: 'https://api.test/v1' }],
    paths: {
      '/orders': {
        get: { operationId: 'listOrders', summary: 'List orders', tags: ['Orders'], responses: {} },
        post: { operationId: 'createOrder', summary: 'Create an order', tags: ['Orders'], responses: {} },
      },
      '/orders/{id}': {
        get: {
          operationId: 'getOrder',
          summary: 'Get an order',
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: {},
        },
      },
      ...more,
    },
  });
}
