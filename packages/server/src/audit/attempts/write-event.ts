import { randomToken } from '../../kernel/secret.ts';
import type { ConnectionAttempt, NewConnectionAttempt } from '../../store/queries/connection-attempts.ts';
import type { AttemptStep } from '../../store/schema.ts';
import type { Queries } from '../../store/store.ts';
import {
  findByCaller,
  findByPlace,
  findForAuthorize,
  findForRegistration,
  type At,
  type Found,
} from './find-attempt.ts';
import type { AskedAt, AttemptEvent } from './steps.ts';

const STEPS_MAX = 40;

export interface Happened {
  readonly event: AttemptEvent;
  readonly atMs: number;
  readonly times: number;
}

/** `later`: what it belongs to is not written yet, perhaps by another node. `refused`: there is no room for more. */
export type Written = 'written' | 'later' | 'dropped' | 'refused';

type Patch = Partial<Omit<NewConnectionAttempt, 'id'>>;

/** Writes one event to the attempt that it belongs to. The caller holds the writers' lock. */
export async function writeEvent(
  queries: Queries,
  happened: Happened,
  mayOpen: (event: AttemptEvent) => boolean,
): Promise<Written> {
  const { atMs, event } = happened;
  switch (event.by) {
    case 'place':
    case 'client': {
      const at = await withOrganisation(queries, event.at);
      if (event.at?.org !== undefined && at?.orgId === undefined) return 'dropped';
      // Nobody could be shown it, and it could be anybody's.
      if (event.by === 'place' && event.origin.isShared && at !== undefined && at.orgId === undefined)
        return 'dropped';
      const found = await (event.by === 'place'
        ? findByPlace(queries, event, at, atMs)
        : event.step === 'registered'
          ? findForRegistration(queries, event, atMs)
          : findForAuthorize(queries, event, at, atMs));
      const of = event.by === 'client' ? ofClient(event) : {};
      return put(queries, found, happened, mayOpen, {
        ...of,
        ...(at === undefined ? {} : { resource: at.path, orgId: at.orgId ?? null }),
      });
    }
    case 'transaction': {
      const attempt = await queries.connectionAttempts.byTransaction(event.transactionHash);
      if (attempt === undefined) return 'later';
      const signedIn =
        event.step === 'consent' && has(attempt, 'sign_in') && !has(attempt, 'signed_in')
          ? [...attempt.steps, { step: 'signed_in', at: new Date(atMs).toISOString() }]
          : attempt.steps;
      return put(queries, { ...attempt, steps: signedIn }, happened, mayOpen, {
        ...(event.userId === undefined ? {} : { userId: event.userId }),
        ...(event.orgId === undefined ? {} : { orgId: event.orgId }),
      });
    }
    case 'code': {
      const authorization = await queries.connectionAttempts.ofCode(event.codeHash);
      if (authorization === undefined) return 'dropped';
      const attempt = await queries.connectionAttempts.byTransaction(authorization.transactionHash);
      if (attempt === undefined) return 'later';
      return put(queries, attempt, happened, mayOpen, { grantId: authorization.grantId });
    }
    case 'caller': {
      const found = await findByCaller(queries, event, atMs);
      if (found === 'unclear') return 'later';
      return put(queries, found, happened, mayOpen, ofCaller(event, found));
    }
    default:
      return event satisfies never;
  }
}

async function withOrganisation(queries: Queries, at: AskedAt | undefined): Promise<At | undefined> {
  if (at === undefined) return undefined;
  const found = at.org === undefined ? undefined : await queries.organisationSlugs.findOrganisation(at.org);
  return { ...at, orgId: found?.id };
}

function ofClient(event: Extract<AttemptEvent, { by: 'client' }>): Patch {
  const { clientId, clientName, destination, transactionHash } = event;
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientName === undefined ? {} : { clientName }),
    ...(destination === undefined ? {} : { destination }),
    ...(transactionHash === undefined ? {} : { transactionHash }),
  };
}

function ofCaller(event: Extract<AttemptEvent, { by: 'caller' }>, found: Found): Patch {
  const { at, clientName, grantId, keyId, orgId, origin, userId } = event;
  // The app speaks for itself here: until now it may have been the browser.
  if (found !== 'new')
    return { userAgent: origin.userAgent, ...(clientName && grantId === undefined ? { clientName } : {}) };
  return {
    resource: at.path,
    orgId,
    keyId,
    ...(userId === undefined ? {} : { userId }),
    ...(grantId === undefined ? {} : { grantId }),
    ...(clientName === undefined ? {} : { clientName }),
  };
}

async function put(
  queries: Queries,
  found: Found,
  happened: Happened,
  mayOpen: (event: AttemptEvent) => boolean,
  patch: Patch,
): Promise<Written> {
  const { atMs, event } = happened;
  if (found === 'unclear') return 'dropped';
  const at = new Date(atMs);
  if (found !== 'new') {
    const steps = withStep(found.steps, stepOf(happened));
    await queries.connectionAttempts.save(found.id, {
      ...patch,
      steps,
      lastAt: at > found.lastAt ? at : found.lastAt,
    });
    return 'written';
  }
  if (!('origin' in event)) return 'dropped';
  if (!mayOpen(event)) return 'refused';
  const { network, source, userAgent } = event.origin;
  await queries.connectionAttempts.create({
    id: `att_${randomToken().slice(0, 20)}`,
    source,
    network,
    userAgent,
    ...patch,
    steps: [stepOf(happened)],
    startedAt: at,
    lastAt: at,
  });
  return 'written';
}

function stepOf({ atMs, event, times }: Happened): AttemptStep {
  const { detail, fault, step } = event;
  return {
    step,
    at: new Date(atMs).toISOString(),
    ...(fault === undefined ? {} : { fault }),
    ...(detail === undefined ? {} : { detail }),
    ...(times > 1 ? { times } : {}),
  };
}

/** The same again is counted. What came late stands where it belongs. */
function withStep(steps: readonly AttemptStep[], step: AttemptStep): AttemptStep[] {
  const again = steps.findLast((one) => one.step === step.step);
  if (again !== undefined && again.fault === step.fault && again.detail === step.detail) {
    const times = (again.times ?? 1) + (step.times ?? 1);
    return steps.map((one) => (one === again ? { ...one, times, last: step.at } : one));
  }
  if (steps.length >= STEPS_MAX) return [...steps];
  return [...steps, step].toSorted((a, b) => a.at.localeCompare(b.at));
}

function has({ steps }: ConnectionAttempt, wanted: string): boolean {
  return steps.some(({ step }) => step === wanted);
}
