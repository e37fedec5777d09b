import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.ts';
import { displayName } from '../../kernel/display-name.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { Attempts } from './attempts.ts';
import type { AskedAt, AttemptEvent, Origin } from './steps.ts';

const REMEMBERED_MAX = 50_000;
const FAILED_CALLS_MAX = 3;
/** A key can be tried again and again; an app that begins anew for each call is not followed each time. */
const AGAIN_MS = 30_000;
const NAME_CHARACTERS_MAX = 60;

type CallStep = Extract<AttemptEvent, { by: 'caller' }>['step'];

const STEP_OF: Readonly<Record<string, CallStep>> = {
  initialize: 'initialize',
  'server/discover': 'initialize',
  'tools/list': 'tools_list',
  'tools/call': 'tool_call',
};

export interface FirstCall {
  readonly principal: Principal;
  readonly method: string;
  readonly params: JsonObject | undefined;
  readonly at: AskedAt;
  /** Looked up when it is needed, which is seldom. */
  readonly origin: () => Origin;
}

export interface FirstCalls {
  /** Undefined, for nearly every request: nothing of it is noted. Else told how it ended. */
  asked(call: FirstCall): ((fault?: string) => void) | undefined;
}

interface Seen {
  steps: Set<CallStep>;
  failed: number;
  beganMs: number;
}

/** What a connection asks first, once for each; for a key, once for each time that an app begins with it. */
export function createFirstCalls({ attempts, clock }: { attempts: Attempts; clock: Clock }): FirstCalls {
  const seen = new LRUCache<string, Seen>({ max: REMEMBERED_MAX });

  return {
    asked({ at, method, origin, params, principal }) {
      const step = STEP_OF[method];
      if (step === undefined) return undefined;
      const { grantId, keyId, orgId } = principal;
      let known = seen.get(keyId);
      const nowMs = clock.nowMs();
      // Asking for the list is how an app begins that has nothing to say first.
      const begins =
        step === 'initialize' || (step === 'tools_list' && known?.steps.has('initialize') !== true);
      if (known === undefined || (grantId === undefined && begins && nowMs - known.beganMs >= AGAIN_MS)) {
        known = { steps: new Set(), failed: 0, beganMs: nowMs };
        seen.set(keyId, known);
      }
      if (known.steps.has(step)) return undefined;
      known.steps.add(step);
      const { failed, steps } = known;
      const about = known;
      const detail = detailOf(step, params);
      const event = {
        by: 'caller',
        step,
        at,
        orgId,
        userId: principal.actor.kind === 'user' ? principal.actor.id : undefined,
        grantId,
        keyId,
        clientName: step === 'initialize' ? clientName(params) : undefined,
        ...(detail === undefined ? {} : { detail }),
      } as const;
      const from = origin();
      return (fault) => {
        attempts.note({ ...event, origin: from, ...(fault === undefined ? {} : { fault }) });
        if (fault === undefined || failed >= FAILED_CALLS_MAX) return;
        // The next one may go well.
        steps.delete(step);
        about.failed += 1;
      };
    },
  };
}

function detailOf(step: CallStep, params: FirstCall['params']): string | undefined {
  if (step === 'tool_call') return displayName(params?.['name'], NAME_CHARACTERS_MAX);
  if (step !== 'initialize') return undefined;
  const info = clientInfoOf(params);
  const version = displayName(info?.['version'], 30);
  return [clientName(params), version].filter((text) => text !== undefined).join(' ') || undefined;
}

function clientName(params: FirstCall['params']): string | undefined {
  return displayName(clientInfoOf(params)?.['name'], NAME_CHARACTERS_MAX);
}

/** As `initialize` has it, or each request of 2026-07-28. */
function clientInfoOf(params: FirstCall['params']): JsonObject | undefined {
  const meta = params?.['_meta'];
  const info =
    params?.['clientInfo'] ?? (isJsonObject(meta) ? meta['io.modelcontextprotocol/clientInfo'] : undefined);
  return isJsonObject(info) ? info : undefined;
}
