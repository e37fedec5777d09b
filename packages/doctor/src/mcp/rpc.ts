import type { Answer, NoAnswer } from '../http/http.ts';
import { asObject, parseJson, type JsonObject } from '../http/json.ts';
import type { Walk } from '../walk.ts';

export interface RpcAnswer {
  readonly answer: Answer | NoAnswer;
  readonly result: JsonObject | undefined;
  readonly error: JsonObject | undefined;
}

export interface RpcSent {
  readonly method: string;
  readonly params?: JsonObject;
  readonly token?: string | undefined;
  readonly session?: string | undefined;
  readonly accept?: string;
  readonly origin?: string;
  readonly version?: string;
  readonly userAgent?: string;
  readonly timeoutMs?: number;
  readonly fresh?: boolean;
}

const ID = 1;
const MODERN = '2026-07-28';

/** One JSON-RPC request to the connector, as a Streamable HTTP client sends it, of either era. */
export async function rpc(walk: Walk, sent: RpcSent): Promise<RpcAnswer> {
  const version = sent.version ?? walk.profile.protocolVersion;
  const modern = version === MODERN;
  const meta = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': walk.profile.clientInfo,
    },
  };
  const params = { ...sent.params, ...(modern ? meta : {}) };
  const answer = await walk.http.send({
    method: 'POST',
    url: walk.url.href,
    headers: {
      accept: sent.accept ?? 'application/json, text/event-stream',
      'content-type': 'application/json',
      'user-agent': sent.userAgent ?? walk.profile.userAgents.mcp,
      ...(sent.method === 'initialize' ? {} : { 'mcp-protocol-version': version }),
      ...(modern ? { 'mcp-method': sent.method } : {}),
      ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
      ...(sent.session === undefined ? {} : { 'mcp-session-id': sent.session }),
      ...(sent.origin === undefined ? {} : { origin: sent.origin }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: ID, method: sent.method, params }),
    until: (body) => messagesIn(body).some(isReply),
    ...(sent.timeoutMs === undefined ? {} : { timeoutMs: sent.timeoutMs }),
    ...(sent.fresh === true ? { fresh: true } : {}),
  });
  // A foreign Origin may be refused so, and a forged token is another matter.
  const isOurs =
    sent.token !== undefined && sent.token === walk.grant?.accessToken && sent.origin === undefined;
  if (answer.ok && answer.status === 403 && isOurs) walk.forbidden.push(answer);
  const messages = answer.ok ? messagesIn(answer.body) : [];
  const reply = messages.find(isReply);
  for (const { id, method } of messages) {
    if (id !== undefined && typeof method === 'string') walk.asked.add(method);
  }
  return { answer, result: asObject(reply?.['result']), error: asObject(reply?.['error']) };
}

export function initialize(walk: Walk, sent: Omit<RpcSent, 'method' | 'params'> = {}): Promise<RpcAnswer> {
  return rpc(walk, {
    ...sent,
    method: 'initialize',
    params: {
      protocolVersion: sent.version ?? walk.profile.protocolVersion,
      capabilities: {},
      clientInfo: walk.profile.clientInfo,
    },
  });
}

/** A request that the server answers only to who is signed in. */
export function guarded(walk: Walk, token: string | undefined): Promise<RpcAnswer> {
  return walk.late ? rpc(walk, { method: 'tools/list', token }) : initialize(walk, { token });
}

/** Tells a 2025 server that the handshake is done. */
export async function initialized(
  walk: Walk,
  token: string | undefined,
  session: string | undefined,
): Promise<void> {
  await walk.http.send({
    method: 'POST',
    url: walk.url.href,
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'user-agent': walk.profile.userAgents.mcp,
      'mcp-protocol-version': walk.profile.protocolVersion,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(session === undefined ? {} : { 'mcp-session-id': session }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    headOnly: true,
  });
}

function isReply(message: JsonObject): boolean {
  return message['id'] === ID && message['method'] === undefined;
}

/** The messages of a JSON body, or of the events of a stream that have arrived whole. */
function messagesIn(body: string): JsonObject[] {
  const whole = asObject(parseJson(body));
  if (whole !== undefined) return [whole];
  const normal = body.replaceAll('\r\n', '\n');
  if (!/^(data|event|id|retry|:)/m.test(normal)) return [];
  return normal
    .split('\n\n')
    .slice(0, -1)
    .map((event) =>
      asObject(
        parseJson(
          event
            .split('\n')
            .filter((line) => line.startsWith('data:'))
            .map((line) => line.slice(5).replace(/^ /, ''))
            .join('\n'),
        ),
      ),
    )
    .filter((message) => message !== undefined);
}
