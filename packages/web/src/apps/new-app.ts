import type { AuthMethod, NewApp } from '../api/apps.ts';
import { keysOf, type KeySource } from '../public-keys/key-source.ts';
import { redirectUrisText as text } from '../text/apps.ts';
import type { AppKind } from './app-words.ts';

export const REDIRECT_URIS_MAX = 10;
const QUOTED_MAX = 60;

/** The form of a new app: all that was typed, whether or not the present choice asks for it. */
export interface AppDraft {
  name: string;
  kind: AppKind;
  redirectUris: string;
  agentRole: 'member' | 'viewer';
  method: AuthMethod;
  keys: KeySource;
  exchange: boolean;
}

export const EMPTY_DRAFT: AppDraft = {
  name: '',
  kind: 'people',
  redirectUris: '',
  agentRole: 'viewer',
  method: 'none',
  keys: { kind: 'address', address: '', pasted: '' },
  exchange: false,
};

/** Only what runs on people's own devices has nothing to prove itself with. */
export function methodsFor(kind: AppKind): readonly AuthMethod[] {
  const proving: AuthMethod[] = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
  return kind === 'people' ? ['none', ...proving] : proving;
}

/** The chosen one, or the first where that is none of its kind. */
export function methodOf({ kind, method }: AppDraft): AuthMethod {
  const methods = methodsFor(kind);
  return methods.includes(method) ? method : (methods[0] ?? method);
}

export function linesOf(typed: string): string[] {
  return typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What is wrong with the redirect URIs; empty: nothing that a browser could tell. */
export function redirectUriFault(typed: string): string {
  const lines = linesOf(typed);
  if (lines.length > REDIRECT_URIS_MAX) return text.tooMany(REDIRECT_URIS_MAX);
  const wrong = lines.find((line) => !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(line) || !URL.canParse(line));
  if (wrong !== undefined) return text.noAddress(wrong.slice(0, QUOTED_MAX));
  const open = lines.find((line) => isOpenElsewhere(new URL(line)));
  return open === undefined ? '' : text.notHttps(open.slice(0, QUOTED_MAX));
}

function isOpenElsewhere({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

export function newAppOf(draft: AppDraft): NewApp {
  const { kind, name, agentRole, exchange } = draft;
  const method = methodOf(draft);
  return {
    name: name.trim(),
    auth_method: method,
    ...(kind === 'people' ? { redirect_uris: linesOf(draft.redirectUris) } : {}),
    ...(kind === 'machine' ? { agent_role: agentRole } : {}),
    ...(method === 'private_key_jwt' ? keysOf(draft.keys) : {}),
    ...(kind === 'exchange' || (exchange && method !== 'none') ? { token_exchange: true } : {}),
  };
}
