import type { OrganisationId } from '../../kernel/ids.ts';
import type { ConnectionAttempt } from '../../store/queries/connection-attempts.ts';
import type { Queries } from '../../store/store.ts';
import type { AskedAt, AttemptEvent, Origin } from './steps.ts';

const SOON_MS = 60_000;
const A_WHILE_MS = 10 * 60_000;
const FOR_A_SIGN_IN_MS = 30 * 60_000;
const DAY_MS = 24 * 3_600_000;

type Of<By extends AttemptEvent['by']> = Extract<AttemptEvent, { by: By }>;

export interface At extends AskedAt {
  readonly orgId: OrganisationId | undefined;
}

/** Where an event belongs: to this attempt, to none and so to a new one, or nowhere that could be told. */
export type Found = ConnectionAttempt | 'new' | 'unclear';

/** A request without a name: told by where it came from and which URL it is about. */
export async function findByPlace(
  queries: Queries,
  { origin, step, fault }: Of<'place'>,
  at: At | undefined,
  nowMs: number,
): Promise<Found> {
  if (step === 'challenged') {
    // A token that has ended is renewed by itself, hour after hour: that is one line a day, not one an hour.
    const withinMs = fault === 'token_refused' ? DAY_MS : SOON_MS;
    const same = (await from(queries, origin, nowMs, withinMs)).find(
      (one) => one.resource === at?.path && one.userAgent === origin.userAgent && isBegin(one, fault),
    );
    return same ?? 'new';
  }
  const near = await from(queries, origin, nowMs, A_WHILE_MS);
  const fitting = near.filter(({ resource }) => at === undefined || resource === at.path);
  const one = theOne(fitting, origin, at === undefined);
  if (one !== undefined) return one;
  if (at === undefined) return 'unclear';
  return (await onlyOneAt(queries, at, nowMs, SOON_MS)) ?? 'new';
}

export async function findForRegistration(
  queries: Queries,
  { clientId, origin }: Of<'client'>,
  nowMs: number,
): Promise<Found> {
  const near = await from(queries, origin, nowMs, A_WHILE_MS);
  const again = near.find((one) => clientId !== undefined && one.clientId === clientId);
  if (again !== undefined) return again;
  return (
    theOne(
      near.filter((one) => one.clientId === null),
      origin,
      true,
    ) ?? 'new'
  );
}

/**
 * For an authorize request, which comes from a browser and not from the app: by what registered, or by what was asked for
 * at the same URL. What belongs together by that is made one.
 */
export async function findForAuthorize(
  queries: Queries,
  { clientId, origin }: Of<'client'>,
  at: At | undefined,
  nowMs: number,
): Promise<Found> {
  const since = new Date(nowMs - FOR_A_SIGN_IN_MS);
  const registered =
    clientId === undefined ? [] : await queries.connectionAttempts.openOfClient(clientId, since);
  const here = registered.find(({ resource }) => resource !== null && resource === at?.path);
  if (here !== undefined) return here;
  const apart = registered.find(({ resource }) => resource === null);
  const asked = apart && (await fromSource(queries, apart.source, nowMs)).find(isAt(at));
  if (apart !== undefined && asked !== undefined) return merge(queries, asked, apart);
  // A registration alone is anybody's who registers the same: it counts for a browser at the same address.
  if (apart?.source === origin.source) return apart;
  const own = (await from(queries, origin, nowMs, FOR_A_SIGN_IN_MS)).find(isAt(at));
  return own ?? (await onlyOneAt(queries, at, nowMs, A_WHILE_MS)) ?? 'new';
}

function isAt(at: At | undefined) {
  return ({ resource }: ConnectionAttempt): boolean => resource !== null && resource === at?.path;
}

function from(queries: Queries, { source }: Origin, nowMs: number, withinMs: number) {
  return queries.connectionAttempts.openFrom(source, new Date(nowMs - withinMs));
}

function fromSource(queries: Queries, source: string, nowMs: number) {
  return queries.connectionAttempts.openFrom(source, new Date(nowMs - FOR_A_SIGN_IN_MS));
}

/** An attempt that has not gone on since: the same request again is part of it. */
function isBegin({ steps }: ConnectionAttempt, fault: string | undefined): boolean {
  const isRenewal = fault === 'token_refused';
  return isRenewal
    ? steps[0]?.step === 'challenged' && steps[0].fault === fault
    : steps.every(({ step }) => step === 'challenged');
}

/** The latest with the same user agent, else the latest; undefined where it could be one of several URLs'. */
function theOne(
  fitting: readonly ConnectionAttempt[],
  { userAgent }: Origin,
  couldBeAnyUrl: boolean,
): ConnectionAttempt | undefined {
  const same = fitting.filter((one) => one.userAgent === userAgent);
  const candidates = same.length > 0 ? same : fitting;
  if (couldBeAnyUrl && new Set(candidates.map(({ resource }) => resource)).size > 1) return undefined;
  return candidates[0];
}

/** Hosted apps ask from several addresses. At an organisation's own URL the only one who asks is who goes on. */
async function onlyOneAt(
  queries: Queries,
  at: At | undefined,
  nowMs: number,
  withinMs: number,
): Promise<ConnectionAttempt | undefined> {
  if (at?.orgId === undefined) return undefined;
  const [one, another] = await queries.connectionAttempts.openAt(
    at.orgId,
    at.path,
    new Date(nowMs - withinMs),
  );
  return another === undefined ? one : undefined;
}

async function merge(
  queries: Queries,
  into: ConnectionAttempt,
  from: ConnectionAttempt,
): Promise<ConnectionAttempt> {
  const merged = {
    steps: [...into.steps, ...from.steps].toSorted((a, b) => a.at.localeCompare(b.at)),
    clientId: from.clientId,
    clientName: from.clientName,
  };
  await queries.connectionAttempts.save(into.id, merged);
  await queries.connectionAttempts.remove(from.id);
  return { ...into, ...merged };
}

/** A key in place of a sign-in: one attempt a day for each app that uses it. */
export async function findByCaller(
  queries: Queries,
  { at, grantId, keyId, origin }: Of<'caller'>,
  nowMs: number,
): Promise<Found> {
  if (grantId !== undefined) return (await queries.connectionAttempts.byGrant(grantId)) ?? 'unclear';
  const used = await queries.connectionAttempts.byKey(keyId, new Date(nowMs - DAY_MS));
  return used.find((one) => one.userAgent === origin.userAgent && one.resource === at.path) ?? 'new';
}
