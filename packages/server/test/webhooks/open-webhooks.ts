import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { startDocumentHost } from '../client-documents/support/document-host.ts';
import { openPortal, type Person } from '../portal/open-portal.ts';

export const HOST = 'hooks.acme.test';
export const OTHER_HOST = 'hooks.globex.test';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** The portal before an internet of its own, in which receivers of webhooks are. */
export async function openWebhooks() {
  const host = await startDocumentHost([HOST, OTHER_HOST]);
  const portal = await openPortal({ addressGuard: host.guard });
  const keeper = createTrailKeeper({ store: portal.store, log: silentLog });
  const { store, webhooks } = portal;
  let made = 0;

  /** What was asked of an address, which answers as it is told to, 204 at first. */
  function receiver(hostname = HOST) {
    made += 1;
    const url = `https://${hostname}/${made}`;
    const received: Received[] = [];
    let answer: Answer | 'never' = { status: 204 };
    const held = new Set<ServerResponse>();
    host.on(url, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        if (answer === 'never') held.add(response);
        else response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    });
    return {
      url,
      received,
      types: () => received.map(({ body }) => (JSON.parse(body) as { type: string }).type),
      answers(next: Answer | 'never'): void {
        answer = next;
      },
      /** Answers all that it has kept waiting, with 503. */
      letGo(): void {
        for (const response of held) response.writeHead(503).end();
        held.clear();
      },
    };
  }

  /** An organisation, and a webhook of its that is told of these. */
  async function organisation(events: readonly string[] = ['keys'], at = receiver()) {
    const { orgId, slug } = await portal.organisation();
    const owner = await portal.person({ orgId, role: 'owner' });
    const path = `/organisations/${slug}/settings/webhooks`;
    const created = await owner.post(path, { url: at.url, description: 'Ours', events });
    if (created.status !== 201) throw new Error(`${created.status} ${created.text}`);
    const { id, secret } = created.body as { id: string; secret: string };
    return { orgId, slug, owner, path, id, secret, at, hook: `${path}/${id}` };
  }

  /** What has happened goes out. */
  async function deliver(): Promise<void> {
    await takeUp();
    await webhooks.step();
  }

  /** What has happened waits to go out. */
  async function takeUp(): Promise<void> {
    await keeper.step();
    await keeper.step();
  }

  /** As if all that waits had waited long enough. */
  async function passTime(): Promise<void> {
    await store.pool.query(`update webhook_deliveries set next_try_at = now() where state = 'waiting'`);
  }

  return {
    ...portal,
    host,
    receiver,
    ownedBy: organisation,
    takeUp,
    deliver,
    passTime,
    async close() {
      await keeper.close();
      await portal.close();
      await host.close();
    },
  };
}

export type OpenedWebhooks = Awaited<ReturnType<typeof openWebhooks>>;

/** Something that happens: a key is made. */
export async function makeKey(person: Person, slug: string): Promise<string> {
  const made = await person.post(`/organisations/${slug}/keys`, {
    name: 'CI',
    access: 'read',
    expires_in_days: 30,
  });
  if (made.status !== 201) throw new Error(made.text);
  return String(made.body?.['secret']);
}

/** As a receiver checks it (Standard Webhooks), written without a word of ours. */
export function isSigned({ body, headers }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const wanted = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((one) => {
      const [version, value = ''] = one.split(',');
      const given = Buffer.from(value, 'base64');
      return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
    });
}
