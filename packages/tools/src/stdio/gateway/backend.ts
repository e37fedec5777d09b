import type { Sender } from '../../call/send.ts';
import type { StdioBackend } from '../backend.ts';
import { createCatalogueReader } from './catalogue-reader.ts';
import { createMcpCall } from './mcp-call.ts';
import type { Place } from './place.ts';
import { createRestCall } from './rest-call.ts';

export interface GatewayBackendOptions {
  readonly place: Place;
  readonly key: string;
  readonly sender: Sender;
  /** Fires when nobody wants to know any more what is offered. */
  readonly signal?: AbortSignal | undefined;
  /** How often it is asked whether the tools have changed. Default a minute, as long as clients may keep a list. */
  readonly pollMs?: number | undefined;
}

const POLL_MS = 60_000;

/** The tools that a key has at a place of a Latchkey, called at its doors with that key. */
export function createGatewayBackend({
  key,
  place,
  pollMs = POLL_MS,
  sender,
  signal,
}: GatewayBackendOptions): StdioBackend {
  const followers = new Set<() => void>();
  const reader = createCatalogueReader({
    place,
    key,
    sender,
    signal,
    onChange: () => followers.forEach((tell) => tell()),
  });
  const { call } = createGatewayCalls({ place, key, sender });

  return {
    catalogue: (want) => reader[want](),
    call,
    follow(onChange) {
      const tell = (): void => onChange();
      followers.add(tell);
      const timer = setInterval(() => void reader.now(), pollMs);
      return () => {
        followers.delete(tell);
        clearInterval(timer);
      };
    },
  };
}

/** Calls alone, for whoever has the catalogue already. */
export function createGatewayCalls(
  options: Pick<GatewayBackendOptions, 'place' | 'key' | 'sender'>,
): Pick<StdioBackend, 'call'> {
  const callAtRest = createRestCall(options);
  const callAtMcp = createMcpCall(options);
  return {
    async call(call) {
      if (call.tool.through === 'mcp') return callAtMcp(call);
      const result = await callAtRest(call, call.tool);
      return result === 'not_here' ? callAtMcp(call) : { kind: 'result', result };
    },
  };
}
