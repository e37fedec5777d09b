import type { CredentialPlace } from '../stdio/api/credential.ts';
import type { Place } from '../stdio/gateway/place.ts';

/** What the program in a package reads beside its tools: `server/settings.json`. It holds no secret. */
export interface PackedSettings {
  readonly target: PackTarget;
  readonly variables: Variables;
}

/** Who is called: an API at its own address, or a Latchkey at its doors. */
export type PackTarget =
  | {
      readonly kind: 'api';
      /** Requests go below it: https, or http on this machine. No user, query or fragment. */
      readonly baseUrl: string;
      readonly credential: CredentialPlace;
    }
  | { readonly kind: 'latchkey'; readonly place: Place };

/** Names of environment variables. */
export interface Variables {
  /** The user's credential. */
  readonly key: string;
  /** `full`, or `true`: tools that can change something are offered too. Default: only those that read. */
  readonly access: string;
}

export function variablesOf(prefix: string): Variables {
  return { key: `${prefix}_API_KEY`, access: `${prefix}_ACCESS` };
}

/** Where requests go. */
export function addressOf(target: PackTarget): string {
  return target.kind === 'api' ? target.baseUrl : target.place.origin;
}

/** What the user gives: nothing, a key, or a name and a password as `name:password`. */
export function secretOf(target: PackTarget): 'none' | 'key' | 'password' {
  if (target.kind === 'latchkey') return 'key';
  const { kind } = target.credential;
  return kind === 'none' ? 'none' : kind === 'basic' ? 'password' : 'key';
}
