import type { Log } from '../kernel/log.ts';
import type { AskedLimit } from '../limits/headers.ts';
import type { Accounts } from '../people/accounts.ts';
import type { CompanySignIn } from '../people/company/company-sign-in.ts';
import type { People } from '../people/people.ts';
import type { Setup } from '../people/setup.ts';
import type { FormGuard } from './form-guard.ts';

/** Who is asking for what, of a pending authorization: texts from outside, not yet fit to be believed. */
export interface TransactionSummary {
  readonly clientName: string;
  /** The host that the app is identified by; undefined: it is known by the name alone that it gave itself. */
  readonly clientHost?: string | undefined;
  readonly destinationHost: string;
  readonly organisationName?: string | undefined;
  readonly organisationSlug?: string | undefined;
}

export interface PagesDeps {
  readonly people: People;
  readonly accounts: Accounts;
  readonly companySignIn: CompanySignIn;
  readonly setup: Setup;
  readonly guard: FormGuard;
  /** The web host's origin, such as `https://latchkey.example.com`. */
  readonly baseUrl: string;
  /** The origin of the MCP door, where it is another one. */
  readonly mcpBaseUrl?: string;
  /** Takes one from `sign-in:account:…` or `sign-in:address:…`: a few per minute, and some tens. */
  readonly limit: (bucket: string) => AskedLimit | Promise<AskedLimit>;
  /** Undefined for a transaction that is unknown, over, or another browser's. */
  readonly describeTransaction: (
    transactionId: string,
    headers: Headers,
  ) => Promise<TransactionSummary | undefined>;
  readonly log: Log;
}
