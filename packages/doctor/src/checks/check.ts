import type { Book } from '../book.ts';
import type { CheckId } from '../finding.ts';
import type { Walk } from '../walk.ts';

export const STAGES = [
  'Address',
  'Discovery',
  'Registration',
  'Authorization',
  'Token',
  'Tools',
  'Refresh and revocation',
  'Listing',
] as const;
export type Stage = (typeof STAGES)[number];

export interface Check {
  readonly id: CheckId;
  readonly stage: Stage;
  readonly title: string;
  /** Why it cannot be looked at now; undefined: it can. */
  blocked?(walk: Walk): string | undefined;
  run(walk: Walk, book: Book): Promise<void> | void;
}

export function noSignIn(walk: Walk): string | undefined {
  return walk.open ? 'the connector asks nobody to sign in' : undefined;
}

export function noServer(walk: Walk): string | undefined {
  return (
    noSignIn(walk) ?? (walk.server === undefined ? 'no authorization server was found (D7, D8)' : undefined)
  );
}

export function noEndpoint(walk: Walk): string | undefined {
  return (
    noServer(walk) ??
    (walk.server?.authorize === undefined ? 'there is no authorization endpoint (D8)' : undefined)
  );
}

export function noClient(walk: Walk): string | undefined {
  return (
    noEndpoint(walk) ??
    (walk.client === undefined ? 'there is no client to ask with (D8, D10, D11)' : undefined)
  );
}

export function noGrant(walk: Walk): string | undefined {
  if (walk.open || walk.grant !== undefined) return undefined;
  return walk.notSignedIn ?? 'there is no access token';
}
