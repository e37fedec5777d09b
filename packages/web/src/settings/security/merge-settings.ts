import type { Security, SecuritySettings } from '../../api/security.ts';

export const SETTINGS = [
  'second_factor_required',
  'session_hours',
  'client_policy',
  'max_access',
  'addresses',
  'address_scope',
  'token_mode',
] as const satisfies readonly (keyof SecuritySettings)[];

export function settingsOf(security: Security): SecuritySettings {
  const { address_scope, addresses, client_policy, max_access } = security;
  const { second_factor_required, session_hours, token_mode } = security;
  return {
    second_factor_required,
    session_hours,
    client_policy,
    max_access,
    addresses,
    address_scope,
    token_mode,
  };
}

export function isSame(
  one: SecuritySettings,
  other: SecuritySettings,
  name: keyof SecuritySettings,
): boolean {
  return JSON.stringify(one[name]) === JSON.stringify(other[name]);
}

/** What somebody wants, after it turned out that others changed something meanwhile: what they touched is theirs, the rest is what it is. */
export function mergeSettings(
  wanted: SecuritySettings,
  was: SecuritySettings,
  now: SecuritySettings,
): SecuritySettings {
  const untouched = SETTINGS.filter((name) => isSame(wanted, was, name));
  return { ...wanted, ...Object.fromEntries(untouched.map((name) => [name, now[name]])) };
}

/** Each line, or part between commas, that says anything. */
export function readAddresses(text: string): string[] {
  return text
    .split(/[\n,;]/)
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '');
}
