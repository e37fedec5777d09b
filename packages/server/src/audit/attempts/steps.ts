import type { ClientId, GrantId, KeyId, OrganisationId, UserId } from '../../kernel/ids.ts';

/** The steps from a first request to a first call, in the order in which an attempt takes them. */
export const STEPS = [
  'challenged',
  'resource_metadata',
  'server_metadata',
  'registered',
  'authorize',
  'sign_in',
  'signed_in',
  'consent',
  'denied',
  'allowed',
  'token',
  'initialize',
  'tools_list',
  'tool_call',
] as const;
export type Step = (typeof STEPS)[number];

export function isStep(text: string): text is Step {
  return STEPS.some((step) => step === text);
}

/** Where a request came from, as far as it is kept. */
export interface Origin {
  /** A keyed hash of the address's bucket, or of the listed network of a hosted client. */
  readonly source: string;
  readonly network: string;
  readonly userAgent: string;
  /** It came out of a network that many people's apps share. */
  readonly isShared: boolean;
}

export interface What {
  /** Why it did not work; absent: it did. */
  readonly fault?: string | undefined;
  readonly detail?: string | undefined;
}

/** A connector URL that a request was about. */
export interface AskedAt {
  readonly path: string;
  /** The organisation that it names, if it names one. */
  readonly org: string | undefined;
}

/** What happened, and by what it can be told which attempt it belongs to. */
export type AttemptEvent = What &
  (
    | {
        readonly by: 'place';
        readonly step: 'challenged' | 'resource_metadata' | 'server_metadata';
        readonly origin: Origin;
        readonly at: AskedAt | undefined;
      }
    | {
        readonly by: 'client';
        readonly step: 'registered' | 'authorize';
        readonly origin: Origin;
        readonly at: AskedAt | undefined;
        readonly clientId?: ClientId | undefined;
        readonly clientName?: string | undefined;
        readonly destination?: string | undefined;
        /** From here on the attempt is known by it. */
        readonly transactionHash?: string | undefined;
      }
    | {
        readonly by: 'transaction';
        readonly step: 'sign_in' | 'consent' | 'denied' | 'allowed';
        readonly transactionHash: string;
        readonly userId?: UserId | undefined;
        /** Whose consent it was. */
        readonly orgId?: OrganisationId | undefined;
      }
    | {
        readonly by: 'code';
        readonly step: 'token';
        readonly codeHash: string;
        /** Somebody was given it. */
        readonly isOurs: boolean;
      }
    | {
        readonly by: 'caller';
        readonly step: 'initialize' | 'tools_list' | 'tool_call';
        readonly origin: Origin;
        readonly at: AskedAt;
        readonly orgId: OrganisationId;
        readonly userId: UserId | undefined;
        readonly grantId: GrantId | undefined;
        readonly keyId: KeyId;
        readonly clientName?: string | undefined;
      }
  );
