import { z } from 'zod';
import type { Access } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Actor } from '../kernel/credential.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { ASSERTION_TYPE } from './assertions.ts';
import type { Signing } from './signing.ts';

/** For whom our gateway calls. The role is not taken from it: it is read as of today. */
export interface Asserted {
  readonly orgId: OrganisationId;
  readonly actor: Actor;
  /** The most that the caller may do. */
  readonly access: Access;
}

const payloadSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  actor: z.enum(['user', 'agent']),
  org_id: z.string(),
  access: z.enum(['read', 'full']),
  exp: z.number(),
});

/** The other side of `createAssertions`, for what is ourselves behind a connector. Undefined: it is not good for `audience`. */
export function createVerifyAssertion({
  signing,
  clock,
  issuer,
}: {
  signing: Pick<Signing, 'prepare' | 'verify'>;
  clock: Clock;
  issuer: string;
}) {
  return async function verifyAssertion(jws: string, audience: string): Promise<Asserted | undefined> {
    await signing.prepare(jws);
    const parsed = payloadSchema.safeParse(signing.verify(ASSERTION_TYPE, jws));
    if (!parsed.success) return undefined;
    const { access, actor, aud, exp, iss, org_id: orgId, sub } = parsed.data;
    if (iss !== issuer || aud !== audience || clock.nowMs() >= exp * 1000) return undefined;
    return { orgId: orgId as OrganisationId, actor: { kind: actor, id: sub } as Actor, access };
  };
}
