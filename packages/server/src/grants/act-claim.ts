// RFC 8693 section 4.1: who acts now is outermost, who acted before it is nested in it.
import { z } from 'zod';
import type { ClientId } from '../kernel/ids.ts';

export interface ActClaim {
  sub: string;
  act?: ActClaim | undefined;
}

export const actClaimSchema: z.ZodType<ActClaim> = z.object({
  sub: z.string(),
  get act() {
    return actClaimSchema.optional();
  },
});

/** The acting clients, the latest first. */
export function actingClientsOf(act: ActClaim | undefined): readonly ClientId[] | undefined {
  if (act === undefined) return undefined;
  return [act.sub as ClientId, ...(actingClientsOf(act.act) ?? [])];
}

export function actClaimOf(actingClients: readonly ClientId[] | undefined): ActClaim | undefined {
  const [latest, ...earlier] = actingClients ?? [];
  if (latest === undefined) return undefined;
  const act = actClaimOf(earlier);
  return act === undefined ? { sub: latest } : { sub: latest, act };
}
