import { createHash } from 'node:crypto';
import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { rewritePng, type PngFault } from '../../kernel/png.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Queries, Store } from '../../store/store.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

/** It is shown at 24 to 48 px; twice that is enough for any screen, and this leaves room. */
export const LOGO_SIDE_MAX = 256;
/** Of the file, and of what becomes of it. */
export const LOGO_BYTES_MAX = 128 * 1024;
const HASH_CHARACTERS = 32;

export type LogoFault = PngFault | 'too_large' | 'forbidden' | 'none';

export interface LogoAct {
  readonly orgId: OrganisationId;
  readonly by: UserId;
  readonly requestId: RequestId;
}

/** The picture that an organisation shows of itself: on its pages, where people connect apps, and in those apps. */
export function createLogos({ clock, store }: { clock: Clock; store: Store }) {
  async function mayChange(queries: Queries, { by, orgId }: LogoAct): Promise<boolean> {
    // Whoever removes a member holds on to the same row.
    await queries.people.lockMembers(orgId);
    const role = await queries.people.roleOf(orgId, by);
    return role !== undefined && can(role, 'settings.manage');
  }

  async function record(
    queries: Queries,
    { by, orgId, requestId }: LogoAct,
    entry: { action: string; detail?: Record<string, unknown> },
  ): Promise<void> {
    await queries.changes.add('organisation', orgId);
    const actor = { kind: 'user', id: by } as const;
    await recordEvent(queries, clock, { orgId, actor, target: orgId, requestId, outcome: 'ok', ...entry });
  }

  return {
    /** The hash of a picture is the last part of its address. */
    of: async (orgId: OrganisationId): Promise<string | null> =>
      (await store.people.findOrganisation(orgId))?.logo ?? null,

    /** The value: its hash. */
    async set(act: LogoAct, file: Buffer): Promise<Result<string, LogoFault>> {
      if (file.length > LOGO_BYTES_MAX) return fail('too_large');
      const written = await rewritePng(file, { sideMax: LOGO_SIDE_MAX });
      if (!written.ok) return written;
      const png = written.value;
      if (png.length > LOGO_BYTES_MAX) return fail('too_large');
      const hash = createHash('sha256').update(png).digest('hex').slice(0, HASH_CHARACTERS);
      return refusableTransaction<string, LogoFault>(store, async (queries) => {
        if (!(await mayChange(queries, act))) return fail('forbidden');
        await queries.organisationLogos.set(act.orgId, { hash, png });
        await record(queries, act, { action: 'organisation.logo_set', detail: { picture: hash } });
        return ok(hash);
      });
    },

    remove: (act: LogoAct): Promise<Result<void, LogoFault>> =>
      refusableTransaction<void, LogoFault>(store, async (queries) => {
        if (!(await mayChange(queries, act))) return fail('forbidden');
        if (!(await queries.organisationLogos.remove(act.orgId))) return fail('none');
        await record(queries, act, { action: 'organisation.logo_removed' });
        return ok(undefined);
      }),
  };
}

export type Logos = ReturnType<typeof createLogos>;
