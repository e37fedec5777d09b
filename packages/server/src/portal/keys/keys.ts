import { Hono } from 'hono';
import type { UsageReport } from '../../audit/usage-report.ts';
import type { ClientRules } from '../../grants/client-rules.ts';
import { highestAccess } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Keys } from '../../keys/keys.ts';
import type { RotateFault } from '../../keys/rotate.ts';
import { can } from '../../people/policy.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { readPlace, writePlace } from '../place-cursor.ts';
import { refuseAboveMax } from './refuse-above-max.ts';
import { callsPerMinuteMax, requireCallsWithin, type CallLimitsOf } from './calls-per-minute.ts';
import {
  CREATE_KEY,
  GET_KEY,
  KEY_NAME_CHARACTERS_MAX,
  LIST_KEYS,
  REVOKE_KEY,
  ROTATE_KEY,
} from './described.ts';
import { mayRotate, presentDetail } from './present-detail.ts';
import { presentKey } from './present-key.ts';

export interface KeyRoutesDeps {
  keys: Keys;
  clientRules: ClientRules;
  usageReport: UsageReport;
  callLimits: CallLimitsOf;
  mcpBaseUrl: string;
  clock: Clock;
}

/** `/portal/v1/organisations/{org}/keys`: people see and end their own; admins see and end all. */
export function createKeyRoutes(deps: KeyRoutesDeps): Hono<OrganisationEnv> {
  const { callLimits, clock, keys } = deps;
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(LIST_KEYS), async (context) => {
    const { id: orgId, role } = context.get('organisation');
    const { cursor, made_by: madeBy, q, sort = 'created', status, whose } = context.req.valid('query');
    const seesAll = can(role, 'keys.read.any') && whose !== 'mine';
    const { userId: self } = context.get('user');
    const filter = {
      orgId,
      userId: seesAll ? undefined : self,
      madeBy,
      state: status,
      q,
    };
    const after = readPlace(cursor, sort === 'name' ? 'name' : 'time');
    const [{ counts, items, next }, callsMax] = await Promise.all([
      keys.page(filter, { sort, after }),
      callsPerMinuteMax(callLimits, orgId),
    ]);
    const nowMs = clock.nowMs();
    return context.json({
      items: items.map((key) => presentKey(key, nowMs, self)),
      next_cursor: next === undefined ? null : writePlace(next),
      counts,
      calls_per_minute_max: callsMax,
    });
  });

  app.post('/', describeRoute(CREATE_KEY), async (context) => {
    const { id: orgId, maxAccess, role } = context.get('organisation');
    const { userId } = context.get('user');
    const body = context.req.valid('json');
    refuseAboveMax(body.access, maxAccess);
    if (body.access === 'full' && highestAccess(role) === 'read') {
      throw new AppError('forbidden', 'A viewer can only hold read-only keys.');
    }
    const name = displayName(body.name, KEY_NAME_CHARACTERS_MAX);
    if (name === undefined) throw new AppError('invalid_request', 'name: must not be empty');
    await requireCallsWithin(callLimits, orgId, body.calls_per_minute);
    const created = await keys.create({
      orgId,
      holder: { userId },
      name,
      access: body.access,
      expiresInDays: body.expires_in_days ?? undefined,
      callsPerMinute: body.calls_per_minute,
      createdBy: userId,
      requestId: context.get('requestId'),
    });
    return context.json({ id: created.keyId, secret: created.secret }, 201);
  });

  app.get('/:key', describeRoute(GET_KEY), async (context) => {
    const { id: orgId, role } = context.get('organisation');
    const { userId } = context.get('user');
    const { key: keyId } = context.req.valid('param');
    const found = await keys.detail(orgId, keyId);
    const maySee = can(role, 'keys.read.any') || found?.key.userId === userId;
    // Somebody else's key is as absent as one that never was.
    if (found === undefined || !maySee) throw UNKNOWN;
    return context.json(await presentDetail(found, { ...deps, role, userId }));
  });

  app.post('/:key/rotate', describeRoute(ROTATE_KEY), async (context) => {
    const { id: orgId } = context.get('organisation');
    const { userId: by } = context.get('user');
    const { key: keyId } = context.req.valid('param');
    const { hint, overlap_hours: overlapHours } = context.req.valid('json');
    const rotated = await keys.rotate({
      orgId,
      keyId,
      hint,
      overlapHours,
      by,
      may: (role, key) => mayRotate(role, by, key),
      requestId: context.get('requestId'),
    });
    if (!rotated.ok) throw ROTATE_FAULTS[rotated.error];
    const { oldUntil, secret } = rotated.value;
    return context.json({ id: keyId, secret, old_secret_until: oldUntil?.toISOString() ?? null });
  });

  app.post('/:key/revoke', describeRoute(REVOKE_KEY), async (context) => {
    const organisation = context.get('organisation');
    const user = context.get('user');
    const { key: keyId } = context.req.valid('param');
    const key = await keys.find(organisation.id, keyId);
    const mayEnd = can(organisation.role, 'keys.revoke.any') || key?.userId === user.userId;
    if (key === undefined || !mayEnd) throw UNKNOWN;
    const requestId = context.get('requestId');
    const revoked = await keys.revoke({ orgId: organisation.id, keyId, revokedBy: user.userId, requestId });
    if (!revoked) throw new AppError('gone', 'This key was revoked before.');
    return context.json({ id: keyId, status: 'revoked' });
  });

  return app;
}

const UNKNOWN = new AppError('not_found', 'There is no such key.');

const ROTATE_FAULTS: Readonly<Record<RotateFault, AppError>> = {
  unknown: UNKNOWN,
  of_connection: new AppError('conflict', 'The app of a connection gets new secrets by itself.'),
  over: new AppError('gone', 'This key is over: it was revoked, or it has expired. Create another one.'),
  replaced: new AppError('conflict', 'This key has another secret by now: somebody replaced it meanwhile.'),
};
