import { maskedValue, maskOf, withReach, type Sender } from '@latchkey/tools';
import type { Clock } from '../../kernel/clock.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Principal } from '../../kernel/principal.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret } from '../../kernel/secret.ts';
import type { OpenChannel } from '../channel.ts';
import type { CredentialParts, CredentialTarget, UpstreamCredentials } from '../credentials.ts';
import { NOTHING } from '../credentials/parts.ts';
import { faultOf } from '../fault.ts';
import { createBackOff } from '../stdio/back-off.ts';
import { openChannelLine } from './channel-line.ts';
import { shakeHands } from './handshake.ts';
import { channelFault, createHttpLine } from './http-line.ts';
import { LIST_LIMITS, listTools, type ListLimits } from './list-tools.ts';
import type { ClientFault, Line, McpServer, Patience, Replied, Reply, ServerFacts } from './types.ts';

export interface ClientLimits {
  /** Sessions at once, of all servers. */
  readonly sessionsMax: number;
  /** One that nobody has used for so long is closed. */
  readonly idleMs: number;
  readonly discover: Patience;
  readonly handshake: Patience;
  readonly list: Patience;
  readonly call: Patience;
  readonly lists: ListLimits;
}

export const CLIENT_LIMITS: ClientLimits = {
  sessionsMax: 1_000,
  idleMs: 600_000,
  discover: { quietMs: 5_000, totalMs: 5_000 },
  handshake: { quietMs: 10_000, totalMs: 15_000 },
  list: { quietMs: 15_000, totalMs: 30_000 },
  call: { quietMs: 60_000, totalMs: 300_000 },
  lists: LIST_LIMITS,
};

export interface ListedByServer {
  /** As the server calls itself, uncleaned. */
  readonly title: string | undefined;
  /** As it wrote them. */
  readonly tools: readonly unknown[];
}

export interface ToolRequest {
  readonly name: string;
  readonly arguments: JsonObject;
  /** What the revision wants repeated in headers, by its full name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of whoever calls. A server that is older than 2026-07-28 never hears of them. */
  readonly capabilities?: JsonObject | undefined;
  /** The next round of a call that the server had questions about. */
  readonly round?: { readonly inputResponses?: JsonObject; readonly requestState?: string } | undefined;
}

export interface McpClients {
  /** `principal` is undefined where nobody asks but we ourselves. */
  listTools(
    server: McpServer,
    principal: Principal | undefined,
    signal?: AbortSignal,
  ): Promise<Result<ListedByServer, ClientFault>>;
  /** Never sent twice, unless the server has said that it did nothing. */
  callTool(
    server: McpServer,
    principal: Principal,
    request: ToolRequest,
    options: {
      readonly signal: AbortSignal;
      readonly onProgress?: ((params: JsonObject) => void) | undefined;
      /** Told what the server knows us by; then the answer has it covered even if it is good for a minute only. */
      readonly onCredential?: ((parts: CredentialParts) => void) | undefined;
    },
  ): Promise<Replied>;
  /** Ends every session: calls under way fail. */
  close(): void;
}

interface Session {
  readonly line: Line;
  readonly facts: ServerFacts;
}

interface Entry {
  readonly name: string;
  readonly serverName: string;
  readonly opening: Promise<Result<Session, ClientFault>>;
  session: Session | undefined;
  uses: number;
  usedMs: number;
  listens: boolean;
}

interface Identity {
  /** The same for all whom the server cannot tell apart. */
  readonly name: string;
  readonly parts: CredentialParts;
}

const SWEEP_MS = 30_000;

/**
 * Our own client of the servers behind us, for the view in which they stand together. Sessions are shared by all who
 * have the same credential there. A server that cannot be reached is left alone for a while, and everyone is told so at
 * once; no other server waits for it.
 */
export function createMcpClients({
  clock,
  credentials,
  limits = CLIENT_LIMITS,
  onToolsChanged,
  openChannel,
  sender,
}: {
  clock: Clock;
  credentials: UpstreamCredentials;
  limits?: ClientLimits;
  onToolsChanged: (server: McpServer, principal: Principal | undefined) => void;
  /** To a server that keeps a connection. Throws if it cannot be known how. */
  openChannel: (server: McpServer) => OpenChannel;
  sender: Sender;
}): McpClients {
  const entries = new Map<string, Entry>();
  const backOff = createBackOff(clock);
  let isClosed = false;

  const sweeping = setInterval(
    () => {
      const beforeMs = clock.nowMs() - limits.idleMs;
      for (const entry of entries.values()) if (entry.uses === 0 && entry.usedMs < beforeMs) discard(entry);
    },
    Math.min(SWEEP_MS, limits.idleMs),
  );
  sweeping.unref();

  async function identify(
    server: McpServer,
    principal: Principal | undefined,
  ): Promise<Result<Identity, ClientFault>> {
    const { transport } = server.upstream;
    if (transport === 'stdio') return ok({ name: 'shared', parts: NOTHING });
    const shared = await credentials.partsFor(targetOf(server), undefined);
    // A channel keeps the credential that it was opened with.
    if (shared.ok) {
      const suffix = transport === 'sse' ? hashSecret(JSON.stringify(shared.value)) : '';
      return ok({ name: `shared ${suffix}`, parts: shared.value });
    }
    if (shared.error.kind !== 'nobody' || principal === undefined)
      return fail({ kind: 'credential', fault: shared.error });
    const own = await credentials.partsFor(targetOf(server), principal);
    if (!own.ok) return fail({ kind: 'credential', fault: own.error });
    const { access, actor, grantId, keyId, orgId, role } = principal;
    // What the server is shown may say any of these, and a session speaks for one of each.
    return ok({ name: [orgId, actor.id, keyId, grantId, role, access].join(' '), parts: own.value });
  }

  async function openLine(
    server: McpServer,
    principal: Principal | undefined,
    { parts }: Identity,
  ): Promise<Result<Line, ClientFault>> {
    const heard = (): void => onToolsChanged(server, principal);
    const { upstream } = server;
    if (upstream.transport === 'streamable-http') {
      // Who needs nobody is asked for by nobody, so that a session outlives whoever was the first.
      const isShared = (await credentials.partsFor(targetOf(server), undefined)).ok;
      const who = isShared ? undefined : principal;
      return ok(
        createHttpLine({
          sender: withReach(sender, server.reach),
          url: new URL(upstream.url),
          credential: async () => credentials.partsFor(targetOf(server), who),
          refused: () => credentials.refused(targetOf(server), who),
          onToolsChanged: heard,
        }),
      );
    }
    const signal = AbortSignal.timeout(limits.handshake.totalMs);
    const opened = await openChannelLine(openChannel(server), {
      credential: parts,
      onToolsChanged: heard,
      signal,
    });
    return opened.ok ? opened : fail(channelFault(opened.error));
  }

  async function open(
    server: McpServer,
    principal: Principal | undefined,
    identity: Identity,
  ): Promise<Result<Session, ClientFault>> {
    const line = await openLine(server, principal, identity);
    if (!line.ok) return line;
    const { transport } = server.upstream;
    const shaken = await shakeHands(line.value, {
      mayBeModern: transport === 'streamable-http' ? 'first' : transport === 'stdio' ? 'last' : 'never',
      patience: limits.handshake,
      discoverPatience: limits.discover,
    });
    if (shaken.ok) return ok({ line: line.value, facts: shaken.value });
    line.value.close();
    return shaken;
  }

  /** One for all who come at the same time. */
  function entryOf(server: McpServer, principal: Principal | undefined, identity: Identity): Entry {
    const serverName = nameOf(server);
    const name = `${serverName} ${identity.name}`;
    const known = entries.get(name);
    if (known !== undefined && (known.session === undefined || known.session.line.isOpen())) return known;
    if (known !== undefined) discard(known);
    const startedMs = clock.nowMs();
    const entry: Entry = {
      name,
      serverName,
      opening: open(server, principal, identity),
      session: undefined,
      uses: 0,
      usedMs: startedMs,
      listens: false,
    };
    entries.set(name, entry);
    function opens(opened: Result<Session, ClientFault>): void {
      if (!opened.ok) {
        if (isOutage(opened.error)) backOff.failed(serverName, startedMs);
        return discard(entry);
      }
      backOff.succeeded(serverName);
      entry.session = opened.value;
      // It may have been given up meanwhile.
      if (entries.get(name) !== entry) return opened.value.line.close();
      if (opened.value.facts.saysWhenToolsChange && !isListenedTo(serverName)) {
        entry.listens = true;
        opened.value.line.listen();
      }
    }
    // What is thrown is for who waits for it; the next one tries again.
    entry.opening.then(opens, () => discard(entry));
    makeRoom();
    return entry;
  }

  function isListenedTo(serverName: string): boolean {
    return [...entries.values()].some((entry) => entry.listens && entry.serverName === serverName);
  }

  function discard(entry: Entry): void {
    if (entries.get(entry.name) === entry) entries.delete(entry.name);
    entry.listens = false;
    entry.session?.line.close();
  }

  /** The one that was used longest ago, of those that nobody uses. */
  function makeRoom(): void {
    if (entries.size <= limits.sessionsMax) return;
    const idle = [...entries.values()].filter(({ session, uses }) => uses === 0 && session !== undefined);
    const [oldest] = idle.sort((a, b) => a.usedMs - b.usedMs);
    if (oldest !== undefined) discard(oldest);
  }

  function refusalOf(server: McpServer): ClientFault | undefined {
    if (isClosed) return channelFault(faultOf('upstream_busy', { retryAfterSeconds: 1 }));
    const waitMs = backOff.waitMs(nameOf(server));
    if (waitMs === 0) return undefined;
    return channelFault(
      faultOf('upstream_busy', { message: FAILED_LATELY, retryAfterSeconds: Math.ceil(waitMs / 1000) }),
    );
  }

  async function use<T>(
    server: McpServer,
    principal: Principal | undefined,
    signal: AbortSignal | undefined,
    work: (session: Session, parts: CredentialParts) => Promise<Result<T, ClientFault>>,
    { isRepeatable = false } = {},
  ): Promise<Result<T, ClientFault>> {
    for (let attempt = 1; ; attempt += 1) {
      const refusal = refusalOf(server);
      if (refusal !== undefined) return fail(neverSent(refusal));
      const identity = await identify(server, principal);
      if (!identity.ok) return fail(neverSent(identity.error));
      const entry = entryOf(server, principal, identity.value);
      entry.uses += 1;
      const startedMs = clock.nowMs();
      try {
        const opened = await unlessCancelled(entry.opening, signal);
        if (!opened.ok) return fail(neverSent(opened.error));
        const done = await work(opened.value, identity.value.parts);
        if (done.ok) return done;
        const { error } = done;
        if (error.kind === 'channel' && error.fault.code === 'upstream_unreachable')
          backOff.failed(entry.serverName, startedMs);
        const hasBrokenOff = error.kind === 'channel' && error.fault.code === 'upstream_reset';
        const mayBeAnew =
          attempt === 1 &&
          ((isRepeatable && hasBrokenOff) || (await canBeAskedAnew(error, server, principal)));
        if (mayBeAnew || isOutOfTune(error) || !opened.value.line.isOpen()) discard(entry);
        if (!mayBeAnew) return done;
      } finally {
        entry.uses -= 1;
        entry.usedMs = clock.nowMs();
      }
    }
  }

  /** The server has done nothing, and another session may do better. */
  async function canBeAskedAnew(
    error: ClientFault,
    server: McpServer,
    principal: Principal | undefined,
  ): Promise<boolean> {
    if (error.kind === 'session_gone') return true;
    const isRefused =
      server.upstream.transport === 'sse' && error.kind === 'channel' && error.fault.status === 401;
    return isRefused && credentials.refused(targetOf(server), principal);
  }

  return {
    listTools: (server, principal, signal) =>
      use<ListedByServer>(
        server,
        principal,
        signal,
        async ({ facts, line }, parts) => {
          if (!facts.hasTools) return ok({ title: facts.title, tools: [] });
          const tools = await listTools(line, limits.lists, { patience: limits.list, signal });
          return tools.ok ? ok(masked({ title: facts.title, tools: tools.value }, parts)) : tools;
        },
        { isRepeatable: true },
      ),
    callTool: (server, principal, request, { onCredential, onProgress = ignore, signal }) =>
      use<Reply>(server, principal, signal, async ({ facts, line }, parts) => {
        const { capabilities, headers, name, round } = request;
        onCredential?.(parts);
        const replied = await line.request(
          'tools/call',
          { name, arguments: request.arguments, ...(facts.isModern ? round : {}) },
          {
            patience: limits.call,
            signal,
            headers: facts.isModern ? headers : undefined,
            capabilities,
            onProgress,
          },
        );
        const secrets = onCredential === undefined ? parts : { ...parts, isLasting: true };
        return replied.ok ? ok(masked(replied.value, secrets)) : replied;
      }),
    close() {
      isClosed = true;
      clearInterval(sweeping);
      for (const entry of entries.values()) discard(entry);
    },
  };
}

const FAILED_LATELY = 'The MCP server failed lately, and is not tried again yet.';

/** It was to be sent on a session that there is not. */
function neverSent(fault: ClientFault): ClientFault {
  return { ...fault, notSent: true };
}

function nameOf({ id, reach, upstream }: McpServer): string {
  return `${id} ${reach ?? ''} ${JSON.stringify(upstream)}`;
}

function targetOf({ baseUrl, id, orgId }: McpServer): CredentialTarget {
  return { connectorId: id, orgId, audience: baseUrl };
}

function isOutage(error: ClientFault): boolean {
  return (
    error.kind === 'channel' &&
    ['upstream_unreachable', 'upstream_timeout', 'upstream_reset', 'upstream_invalid'].includes(
      error.fault.code,
    )
  );
}

/** What was agreed on may hold no longer: another server answers there, or the same one after an update. */
function isOutOfTune(error: ClientFault): boolean {
  return (
    error.kind === 'channel' && error.fault.code === 'upstream_invalid' && error.fault.status !== undefined
  );
}

/** A server that says our credential back says it to nobody else. */
function masked<T>(value: T, parts: CredentialParts): T {
  const mask = maskOf(parts);
  return mask === undefined ? value : maskedValue(value, mask);
}

/** The opening goes on for the others. */
function unlessCancelled<T>(
  opening: Promise<Result<T, ClientFault>>,
  signal: AbortSignal | undefined,
): Promise<Result<T, ClientFault>> {
  if (signal === undefined) return opening;
  return new Promise((resolve, reject) => {
    const cancel = (): void => resolve(fail({ kind: 'cancelled' }));
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

function ignore(): void {}
