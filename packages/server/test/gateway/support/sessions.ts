import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSender } from '@latchkey/tools';
import { request, type Dispatcher } from 'undici';
import type { McpTarget } from '../../../src/connectors/tool-set.ts';
import { openExchange } from '../../../src/gateway/exchange.ts';
import { BODY_LIMITS, createReadJsonBody } from '../../../src/gateway/mcp/body.ts';
import { sendAnswer } from '../../../src/gateway/mcp/send-answer.ts';
import type { Caller } from '../../../src/gateway/pipeline/authenticate.ts';
import type { Ended } from '../../../src/gateway/pipeline/record.ts';
import { refusal } from '../../../src/gateway/refusal.ts';
import { readPost } from '../../../src/gateway/relay/client-messages.ts';
import type { Gate } from '../../../src/gateway/relay/gate.ts';
import { SESSION_LIMITS, type SessionLimits } from '../../../src/gateway/relay/sessions/limits.ts';
import { createOpenUpstream } from '../../../src/gateway/relay/sessions/open-upstream.ts';
import { createSessionRelay } from '../../../src/gateway/relay/sessions/session-relay.ts';
import { createSessionIds } from '../../../src/gateway/streams/session-ids.ts';
import { createUnderWay } from '../../../src/gateway/under-way.ts';
import { AppError } from '../../../src/kernel/errors.ts';
import { newId, type ConnectorId } from '../../../src/kernel/ids.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { NodeMail } from '../../../src/nodes/node-mail.ts';
import type { UpstreamCredentials } from '../../../src/upstreams/credentials.ts';
import { createSseServers, SSE_LIMITS } from '../../../src/upstreams/sse/sse-servers.ts';
import { createStdioServers, STDIO_LIMITS } from '../../../src/upstreams/stdio/stdio-servers.ts';
import type { McpUpstream } from '../../../src/upstreams/upstream.ts';
import { openEvents } from './events.ts';

export const BOTH = 'application/json, text/event-stream';

const credentials: UpstreamCredentials = {
  partsFor: () =>
    Promise.resolve(ok({ headers: { authorization: 'Bearer the-connectors-own' }, isLasting: true })),
  refused: () => Promise.resolve(false),
};

/** Sessions before real servers, on a real port. Who is who, and what the gate thinks, is the test's to say. */
export async function startSessions(
  upstreams: Readonly<Record<string, McpUpstream>>,
  options: { limits?: Partial<SessionLimits>; processes?: number; ask?: NodeMail['ask'] } = {},
) {
  const clock = { now: 1_000_000, nowMs: () => clock.now };
  const sender = createSender({});
  const stdio = createStdioServers({
    clock,
    log: silentLog,
    limits: { ...STDIO_LIMITS, graceMs: 200, perKey: options.processes ?? STDIO_LIMITS.perKey },
  });
  const sse = createSseServers({ sender, limits: SSE_LIMITS });
  const relay = createSessionRelay({
    clock,
    ids: createSessionIds({ nodeId: 'here', key: Buffer.alloc(32, 7) }),
    limits: { ...SESSION_LIMITS, ...options.limits },
    // There is no other node, unless the test says what one does.
    nodeMail: {
      nodeId: 'here',
      ask: options.ask ?? (() => Promise.resolve(undefined)),
      answer: () => undefined,
      close: () => Promise.resolve(),
    },
    openUpstream: createOpenUpstream({
      credentials,
      openChannel({ id, upstream }) {
        if (upstream.transport === 'stdio') return stdio.channelTo(upstream, id);
        return sse.channelTo(upstream, id);
      },
    }),
  });
  const underWay = createUnderWay();
  const targets = new Map<string, McpTarget>();
  for (const [slug, upstream] of Object.entries(upstreams))
    targets.set(slug, {
      id: newId('con'),
      orgId: null,
      slug,
      name: slug,
      baseUrl: 'http://127.0.0.1/',
      upstream,
    } as McpTarget);
  const callers = new Map<string, Caller>();
  const ended: Ended[] = [];
  let gate: Gate = {
    admit: () => Promise.resolve({ kind: 'pass', end: () => undefined }),
    present: (message) => message,
  };

  const readJsonBody = createReadJsonBody(BODY_LIMITS);
  const server = createServer((req, res) => {
    const exchange = openExchange(req, res, (thrown) => {
      throw thrown;
    });
    const call = underWay.open(exchange);
    const serve = async (): Promise<void> => {
      const caller = callers.get(String(req.headers['x-who']));
      const target = targets.get(exchange.path.slice(1));
      if (caller === undefined || target === undefined) return void res.writeHead(401).end();
      call.follow(caller, exchange);
      const passage = {
        exchange,
        call,
        caller,
        target,
        gate,
        refresh: () => Promise.resolve(targets.get(target.slug) === target),
      };
      if (req.method !== 'POST') return relay.carry({ ...passage, post: undefined });
      const body = await readJsonBody(req, caller.principal);
      if (!body.ok) throw body.error;
      const post = readPost(body.value, req.headers['mcp-protocol-version']);
      if (!post.ok) return sendAnswer(exchange, post.error);
      const admission = await gate.admit(post.value.messages, post.value.isBatch);
      if (admission.kind === 'refused') return sendAnswer(exchange, admission.answer);
      let isEnded = false;
      const end = (how: Ended): void => {
        if (!isEnded) ended.push(how);
        isEnded = true;
      };
      return relay.carry({ ...passage, post: { ...post.value, end } });
    };
    serve().catch((error: unknown) => res.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function person(more: Partial<Caller['principal']> = {}) {
    const name = newId('key');
    let isRevoked = false;
    const caller: Caller = {
      principal: {
        orgId: newId('org'),
        orgSlug: 'acme',
        actor: { kind: 'user', id: newId('usr') },
        role: 'member',
        access: 'full',
        clientId: undefined,
        grantId: undefined,
        keyId: name,
        ...more,
      },
      couldStepUp: false,
      headers: [],
      hangsOn: [name],
      accessLeft: () => Promise.resolve(isRevoked ? undefined : 'full'),
      recheck: () =>
        Promise.resolve(
          isRevoked ? refusal(new AppError('unauthenticated', 'Your key has ended.')) : undefined,
        ),
    };
    callers.set(name, caller);
    return {
      who: { 'x-who': name },
      principal: caller.principal,
      revoke() {
        isRevoked = true;
        relay.changed(name);
        underWay.changed(name);
      },
    };
  }

  type Person = ReturnType<typeof person>;

  async function send(method: string, path: string, headers: Record<string, string>, body?: unknown) {
    const response = await request(url + path, {
      method: method as Dispatcher.HttpMethod,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, json: parse(text) };
  }

  /** Shakes hands. */
  async function begin(slug: string, who: Person = person(), revision = '2025-11-25') {
    const hello = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    };
    const answer = await send('POST', `/${slug}`, { ...who.who, accept: BOTH }, hello);
    const id = String(answer.headers['mcp-session-id'] ?? '');
    const headers = { ...who.who, accept: BOTH, 'mcp-session-id': id, 'mcp-protocol-version': revision };
    return {
      answer,
      id,
      who,
      headers,
      post: (message: unknown, more: Record<string, string> = {}) =>
        send('POST', `/${slug}`, { ...headers, ...more }, message),
      /** A POST whose answer is a stream. */
      ask: (message: unknown) =>
        openEvents(`${url}/${slug}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: message,
        }),
      listen: (more: Record<string, string> = {}) =>
        openEvents(`${url}/${slug}`, { headers: { ...headers, ...more } }),
      end: () => send('DELETE', `/${slug}`, headers),
    };
  }

  return {
    begin,
    clock,
    ended,
    person,
    relay,
    send,
    stdio,
    targets,
    url,
    setGate: (next: Partial<Gate>) => {
      gate = { ...gate, ...next };
    },
    targetId: (slug: string): ConnectorId | undefined => targets.get(slug)?.id,
    async close() {
      relay.drain();
      relay.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await stdio.close();
      await sender.close();
    },
  };
}

export type Sessions = Awaited<ReturnType<typeof startSessions>>;

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
