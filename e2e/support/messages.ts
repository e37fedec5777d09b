import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { WholeAnswer, WholeRequest } from '../../packages/server/src/kernel/whole-exchange.ts';
import { expectValid } from '../../packages/server/test/gateway/support/schema.ts';

const messageSchema = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.looseObject({ _meta: z.looseObject({}).optional() }).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({}).optional(),
});
type Message = z.infer<typeof messageSchema>;

/** What the schemas call the results of what clients ask. */
const RESULTS: Readonly<Record<string, string>> = {
  initialize: 'InitializeResult',
  ping: 'EmptyResult',
  'server/discover': 'DiscoverResult',
  'subscriptions/listen': 'SubscriptionsListenResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult',
  'resources/subscribe': 'EmptyResult',
  'resources/unsubscribe': 'EmptyResult',
  'completion/complete': 'CompleteResult',
  'logging/setLevel': 'EmptyResult',
};
/** What a request of 2025 without the header is of (2025-11-25, Transports, Protocol Version Header). */
const WITHOUT_HEADER = '2025-03-26';

/** Both bodies of an exchange, as far as it has come. */
export interface Bodies {
  asked(): string;
  answered(): string;
}

/** Listens in where the bytes pass: whoever reads and writes them notices nothing. */
export function keepBodies(request: IncomingMessage, response: ServerResponse): Bodies {
  const asked: Buffer[] = [];
  const answered: Buffer[] = [];
  listenIn(request, 'push', asked);
  listenIn(response, 'write', answered);
  listenIn(response, 'end', answered);
  return {
    asked: () => Buffer.concat(asked).toString(),
    answered: () => Buffer.concat(answered).toString(),
  };
}

/** The same of one that came whole: what Node is asked to write instead is heard there. */
export function keepWholeBodies({ body }: WholeRequest, response: WholeAnswer): Bodies {
  const answered: Buffer[] = [];
  const send = response.send.bind(response);
  response.send = (status, headers, pieces, bytes) => {
    send(status, headers, pieces, bytes);
    for (const piece of [pieces].flat()) answered.push(Buffer.from(piece));
  };
  return { asked: () => body.toString(), answered: () => Buffer.concat(answered).toString() };
}

function listenIn<Name extends string>(
  target: Record<Name, (...args: never[]) => unknown>,
  name: Name,
  chunks: Buffer[],
): void {
  const passOn = target[name].bind(target) as (...args: unknown[]) => unknown;
  target[name] = (...args: unknown[]) => {
    const [chunk] = args;
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    return passOn(...args);
  };
}

/** An exchange at the MCP door. */
export interface McpExchange {
  method: string;
  /** Path and query. */
  target: string;
  status: number;
  header(name: string): string | undefined;
  bodies: Bodies;
}

/** What belongs together: a POST with its answer, or a session of HTTP+SSE with all that was posted to it. */
interface Conversation {
  revision: string;
  asked: Message[];
  answered: Message[];
}

/**
 * Holds every message of both sides against the schema of the revision that it is of. Answers with what clients asked
 * and told, as `2025-11-25 tools/call`, in the order of arrival.
 */
export function expectValidMessages(exchanges: readonly McpExchange[]): string[] {
  return conversationsIn(exchanges).flatMap(({ answered, asked, revision }) => {
    for (const message of asked) expectValid(revision, kindOf('Client', message), message);
    const methods = new Map(asked.map(({ id, method }) => [id, method]));
    for (const message of answered) {
      expectValid(revision, kindOf('Server', message), message);
      if (message.result === undefined) continue;
      const method = methods.get(message.id) ?? '';
      const isAsking = message.result['resultType'] === 'input_required';
      const definition = isAsking ? 'InputRequiredResult' : RESULTS[method];
      if (definition === undefined) throw new Error(`A result for nothing that we know: ${method}`);
      expectValid(revision, definition, message.result);
    }
    return asked.flatMap(({ method }) => (method === undefined ? [] : [`${revision} ${method}`]));
  });
}

function kindOf(side: 'Client' | 'Server', { id, method }: Message): string {
  if (method === undefined) return 'JSONRPCMessage';
  return side + (id === undefined ? 'Notification' : 'Request');
}

function conversationsIn(exchanges: readonly McpExchange[]): Conversation[] {
  const sessions = new Map(exchanges.flatMap((exchange) => sessionOf(exchange)));
  const alone = exchanges
    .filter(({ method }) => method === 'POST')
    .flatMap((exchange) => {
      const asked = messageSchema.parse(JSON.parse(exchange.bodies.asked()));
      const session = sessions.get(sessionIdIn(exchange.target));
      session?.asked.push(asked);
      if (session !== undefined) return [];
      const answered = answersOf(exchange);
      return [{ asked: [asked], answered, revision: revisionOf(asked, answered, exchange) }];
    });
  for (const session of sessions.values()) {
    const handshake = session.asked.find(({ method }) => method === 'initialize');
    session.revision = agreed(handshake, session.answered) ?? 'no handshake';
  }
  return [...alone, ...[...sessions.values()].filter(({ asked }) => asked.length > 0)];
}

/** A stream of 2024-11-05 says first where to post. Most are opened and never used. */
function sessionOf(exchange: McpExchange): [string, Conversation][] {
  if (exchange.method !== 'GET') return [];
  const [, endpoint = ''] = /^event: endpoint\ndata: (.*)$/m.exec(exchange.bodies.answered()) ?? [];
  return endpoint === ''
    ? []
    : [[sessionIdIn(endpoint), { asked: [], answered: answersOf(exchange), revision: '' }]];
}

function sessionIdIn(target: string): string {
  return new URLSearchParams(target.split('?')[1]).get('sessionId') ?? '';
}

function answersOf({ bodies, status }: McpExchange): Message[] {
  const text = bodies.answered();
  const isStream = /^(?:event|data|id|retry)?:/.test(text);
  const events = isStream ? text.split(/\n\n/).flatMap(messageIn) : [];
  // Refusals of HTTP and of OAuth are no messages.
  if (!isStream && text !== '' && (status === 200 || text.startsWith('{"jsonrpc"'))) events.push(text);
  return events.map((data) => messageSchema.parse(JSON.parse(data)));
}

/** Of a block of an event stream that has one. */
function messageIn(block: string): string[] {
  const fieldOf = (name: string) =>
    block.split('\n').flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
  const [event = 'message'] = fieldOf('event');
  const data = fieldOf('data').join('\n');
  return event === 'message' && data !== '' ? [data] : [];
}

function revisionOf(asked: Message, answered: Message[], { header }: McpExchange): string {
  const own = asked.params?._meta?.['io.modelcontextprotocol/protocolVersion'];
  if (typeof own === 'string') return own;
  return agreed(asked, answered) ?? header('mcp-protocol-version') ?? WITHOUT_HEADER;
}

/** What a handshake came to, or what was asked for in one that was refused. */
function agreed(handshake: Message | undefined, answered: readonly Message[]): string | undefined {
  if (handshake?.method !== 'initialize') return undefined;
  const answer = answered.find(({ id }) => id === handshake.id);
  return z
    .string()
    .optional()
    .parse(answer?.result?.['protocolVersion'] ?? handshake.params?.['protocolVersion']);
}
