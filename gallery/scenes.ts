import type { Scene } from './scene.ts';
import { COMPANY } from './scenes/company.ts';
import { CONSENT } from './scenes/consent.ts';
import { DASHBOARD } from './scenes/dashboard.ts';
import { IMPORT } from './scenes/import.ts';
import { JOINING } from './scenes/joining.ts';
import { SIGN_IN } from './scenes/sign-in.ts';

/** All of them, in the order in which somebody meets them. */
export const SCENES: readonly Scene[] = [
  ...SIGN_IN,
  ...JOINING,
  ...CONSENT,
  ...DASHBOARD,
  ...IMPORT,
  ...COMPANY,
];
