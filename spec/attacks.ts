import { ATTACKS_ON_ADDRESSES } from './attacks-on-addresses.ts';
import { ATTACKS_ON_COMPANY_SIGN_IN } from './attacks-on-company-sign-in.ts';
import { ATTACKS_ON_CONNECTIONS } from './attacks-on-connections.ts';
import { ATTACKS_ON_CONSENT } from './attacks-on-consent.ts';
import { ATTACKS_ON_JOINED_SERVERS } from './attacks-on-joined-servers.ts';
import { ATTACKS_ON_JOINING } from './attacks-on-joining.ts';
import { ATTACKS_ON_LOGOS } from './attacks-on-logos.ts';
import { ATTACKS_ON_MANAGEMENT } from './attacks-on-management.ts';
import { ATTACKS_ON_OPERATORS } from './attacks-on-operators.ts';
import { ATTACKS_ON_RELAYS } from './attacks-on-relays.ts';
import { ATTACKS_ON_SECURITY_SETTINGS } from './attacks-on-security-settings.ts';
import { ATTACKS_ON_STDIO } from './attacks-on-stdio.ts';
import { ATTACKS_ON_THE_AUDIT_LOG } from './attacks-on-the-audit-log.ts';
import { ATTACKS_ON_THE_FRONT } from './attacks-on-the-front.ts';
import { ATTACKS_ON_THE_PLAYGROUND } from './attacks-on-the-playground.ts';
import { ATTACKS_ON_TELEMETRY } from './attacks-on-telemetry.ts';
import { ATTACKS_ON_TOKENS } from './attacks-on-tokens.ts';
import { ATTACKS_ON_UPSTREAMS } from './attacks-on-upstreams.ts';
import { ATTACKS_ON_WEBHOOKS } from './attacks-on-webhooks.ts';
import { ATTACKS_ON_KEYS } from './attacks-on-keys.ts';
import type { Claim } from './requirement.ts';

/** The attacks and races that other servers of this kind have fallen to, and what stops each here. */
export const ATTACKS: readonly Claim[] = [
  ...ATTACKS_ON_CONSENT,
  ...ATTACKS_ON_TOKENS,
  ...ATTACKS_ON_UPSTREAMS,
  ...ATTACKS_ON_RELAYS,
  ...ATTACKS_ON_CONNECTIONS,
  ...ATTACKS_ON_JOINED_SERVERS,
  ...ATTACKS_ON_MANAGEMENT,
  ...ATTACKS_ON_JOINING,
  ...ATTACKS_ON_COMPANY_SIGN_IN,
  ...ATTACKS_ON_THE_AUDIT_LOG,
  ...ATTACKS_ON_OPERATORS,
  ...ATTACKS_ON_KEYS,
  ...ATTACKS_ON_STDIO,
  ...ATTACKS_ON_ADDRESSES,
  ...ATTACKS_ON_WEBHOOKS,
  ...ATTACKS_ON_LOGOS,
  ...ATTACKS_ON_SECURITY_SETTINGS,
  ...ATTACKS_ON_TELEMETRY,
  ...ATTACKS_ON_THE_PLAYGROUND,
  ...ATTACKS_ON_THE_FRONT,
];
