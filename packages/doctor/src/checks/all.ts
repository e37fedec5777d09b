import type { Check } from './check.ts';
import { d01 } from './d01-url.ts';
import { d02 } from './d02-dns.ts';
import { d03 } from './d03-reach.ts';
import { d04 } from './d04-firewall.ts';
import { d05, d05SignedIn } from './d05-initialize.ts';
import { d06 } from './d06-challenge.ts';
import { d07 } from './d07-resource-metadata.ts';
import { d08 } from './d08-server-metadata.ts';
import { d09 } from './d09-catch-all.ts';
import { d10 } from './d10-client-documents.ts';
import { d11 } from './d11-registration.ts';
import { d12 } from './d12-authorize.ts';
import { d13 } from './d13-consent.ts';
import { d14, d14Denied } from './d14-callback.ts';
import { d15, d15Errors } from './d15-token.ts';
import { d16, d16Refused } from './d16-bearer.ts';
import { d17, d17Dead, d17Reuse } from './d17-refresh.ts';
import { d14Replay, d15Verifier, d18 } from './d18-revocation.ts';
import { d19 } from './d19-step-up.ts';
import { d20 } from './d20-tools.ts';
import { d21 } from './d21-stateless.ts';
import { d22 } from './d22-proxy.ts';
import { d23 } from './d23-listing.ts';

/** In the order of the walk: each may need what those before it found out. */
export const CHECKS: readonly Check[] = [
  d01,
  d02,
  d03,
  d04,
  d05,
  d06,
  d07,
  d08,
  d22,
  d09,
  d11,
  d10,
  d12,
  d13,
  d15Errors,
  d16Refused,
  d17Dead,
  d14,
  d15,
  d16,
  d05SignedIn,
  d20,
  d21,
  d19,
  d17,
  d18,
  d14Replay,
  d15Verifier,
  d17Reuse,
  d14Denied,
  d23,
];
