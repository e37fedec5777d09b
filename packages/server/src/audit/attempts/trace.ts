import type { Caller } from '../../kernel/callers.ts';
import { parseResourcePath, type Resource } from '../../kernel/resource.ts';
import { hashSecret } from '../../kernel/secret.ts';
import type { AskedAt, AttemptEvent, Origin } from './steps.ts';

/** How the steps of connecting are noted from wherever they are taken. */
export interface AttemptTrace {
  note(event: AttemptEvent): void;
  originOf(caller: Caller, userAgent: string | undefined): Origin;
}

/** Notes what became of an authorize request, by its id. */
export function noteOfTransaction(trace: Pick<AttemptTrace, 'note'>) {
  type Noted = Extract<AttemptEvent, { by: 'transaction' }>;
  return (
    transactionId: string,
    step: Noted['step'],
    more: Pick<Noted, 'userId' | 'orgId' | 'fault' | 'detail'> = {},
  ): void => trace.note({ by: 'transaction', transactionHash: hashSecret(transactionId), step, ...more });
}

/** A resource as attempts know it. */
export function askedAt(resource: Resource): AskedAt {
  return { path: resource.path, org: resource.kind === 'any' ? undefined : resource.org };
}

/** The same for the path of one; undefined: it is none of ours. */
export function askedAtPath(
  path: string | undefined,
  connectorPaths: readonly string[],
): AskedAt | undefined {
  const resource = path === undefined ? undefined : parseResourcePath(path, connectorPaths);
  return resource && askedAt(resource);
}
