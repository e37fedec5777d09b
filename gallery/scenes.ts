import type { Scene } from './scene.ts';
import { COMPANY } from './scenes/company.ts';
import { CONSENT } from './scenes/consent.ts';
import { DASHBOARD } from './scenes/dashboard.ts';
import { KEYS } from './scenes/keys.ts';
import { IMPORT } from './scenes/import.ts';
import { JOINING } from './scenes/joining.ts';
import { OPERATORS } from './scenes/operator.ts';
import { ORGANISATION } from './scenes/organisation.ts';
import { PLAYGROUND } from './scenes/playground.ts';
import { SECURITY } from './scenes/security.ts';
import { SIGN_IN } from './scenes/sign-in.ts';
import { WEBHOOKS } from './scenes/webhooks.ts';

/** All of them, in the order in which somebody meets them. */
export const SCENES: readonly Scene[] = [
  ...SIGN_IN,
  ...JOINING,
  ...CONSENT,
  ...DASHBOARD,
  ...KEYS,
  ...ORGANISATION,
  ...SECURITY,
  ...PLAYGROUND,
  ...IMPORT,
  ...WEBHOOKS,
  ...COMPANY,
  ...OPERATORS,
];
