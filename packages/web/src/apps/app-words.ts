import type { App, AuthMethod } from '../api/apps.ts';
import { appsText, deleteAppText as text } from '../text/apps.ts';

export const METHOD_NAMES: Readonly<Record<AuthMethod, string>> = appsText.methods;

/** Whom an app acts for: people who approve it, itself, or whoever calls it. */
export type AppKind = 'people' | 'machine' | 'exchange';

export function kindOf({ agent, redirect_uris }: Pick<App, 'agent' | 'redirect_uris'>): AppKind {
  if (agent !== null) return 'machine';
  return redirect_uris.length > 0 ? 'people' : 'exchange';
}

/** Where an app sends people back to: the hosts, or the scheme where there is none. */
export function destinationsOf(redirectUris: readonly string[]): string {
  const places = redirectUris.map((uri) => {
    const { host, protocol } = new URL(uri);
    return protocol === 'https:' || protocol === 'http:' ? host : protocol;
  });
  return [...new Set(places)].join(', ');
}

/** What stops when it is deleted, in sentences. */
export function effectOfDeleting(app: App): string {
  const exchanged = app.token_exchange ? text.exchanged : '';
  const kind = kindOf(app);
  switch (kind) {
    case 'people':
      return `${app.connections === 0 ? text.nobody : text.people(app)}${exchanged}`;
    case 'machine':
      return text.machine(exchanged);
    case 'exchange':
      return text.exchange;
    default:
      return kind satisfies never;
  }
}
