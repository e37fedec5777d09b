// MCP 2026-07-28, Multi Round-Trip Requests: a server behind us asks whoever calls something before it answers.
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import type { ConnectorId } from '../../kernel/ids.ts';
import type { Principal } from '../../kernel/principal.ts';
import { seal, unseal } from '../../kernel/seal.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';

/** Who a state of a server's may come back from, and for what. */
export interface StateOwner {
  readonly principal: Principal;
  readonly connectorId: ConnectorId;
  /** As the server knows it. */
  readonly tool: string;
}

export interface ForeignStates {
  seal(state: string, owner: StateOwner): string;
  /** Undefined: it is none that this caller was given for this tool, or it has expired. */
  open(sealed: string, owner: StateOwner): string | undefined;
}

const SECONDS = 3_600;
const PREFIX = 'lkm1.';
const STATE = z.strictObject({ s: z.string(), x: z.int() });

/** What a server gives a caller to bring back goes out sealed: it comes back to that server alone, by that caller. */
export function createForeignStates({ key, clock }: { key: Uint8Array; clock: Clock }): ForeignStates {
  return {
    seal(state, owner) {
      const content = { s: state, x: Math.floor(clock.nowMs() / 1_000) + SECONDS };
      return PREFIX + seal(key, JSON.stringify(content), contextOf(owner));
    },
    open(sealed, owner) {
      if (!sealed.startsWith(PREFIX)) return undefined;
      try {
        const { s, x } = STATE.parse(JSON.parse(unseal(key, sealed.slice(PREFIX.length), contextOf(owner))));
        return x * 1_000 > clock.nowMs() ? s : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

function contextOf({ connectorId, principal, tool }: StateOwner): string {
  const { actor, grantId, keyId, orgId } = principal;
  return JSON.stringify([
    'state of a server',
    orgId,
    actor.kind,
    actor.id,
    keyId,
    grantId ?? null,
    connectorId,
    tool,
  ]);
}

const ASKED_BY: ReadonlyMap<unknown, string> = new Map([
  ['elicitation/create', 'elicitation'],
  ['sampling/createMessage', 'sampling'],
  ['roots/list', 'roots'],
]);
const REQUESTS_MAX = 20;

export type Asked =
  | {
      readonly kind: 'asked';
      readonly inputRequests: JsonObject | undefined;
      readonly requestState: string | undefined;
    }
  /** It asks for what the client has not said that it can give. */
  | { readonly kind: 'beyond' }
  | { readonly kind: 'invalid' };

/** What a server asks; undefined: it answers. `capabilities` are the client's own. */
export function readAsked(result: JsonObject, capabilities: JsonObject): Asked | undefined {
  if (result['resultType'] !== 'input_required') return undefined;
  const { inputRequests, requestState } = result;
  const isState = requestState === undefined || typeof requestState === 'string';
  const isRequests =
    inputRequests === undefined ||
    (isJsonObject(inputRequests) &&
      Object.keys(inputRequests).length <= REQUESTS_MAX &&
      Object.values(inputRequests).every(isJsonObject));
  if (!isState || !isRequests || (inputRequests === undefined && requestState === undefined))
    return { kind: 'invalid' };
  const asked = Object.values(inputRequests ?? {}) as JsonObject[];
  const isWithin = asked.every(({ method }) => {
    const wanted = ASKED_BY.get(method);
    return wanted !== undefined && isJsonObject(capabilities[wanted]);
  });
  return isWithin ? { kind: 'asked', inputRequests, requestState } : { kind: 'beyond' };
}
