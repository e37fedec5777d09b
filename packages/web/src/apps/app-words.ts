import type { App, AuthMethod } from '../api/apps.ts';

export const METHOD_NAMES: Readonly<Record<AuthMethod, string>> = {
  none: 'Nothing (public, PKCE)',
  client_secret_basic: 'Secret in the header',
  client_secret_post: 'Secret in the body',
  private_key_jwt: 'Signed assertion',
};

/** Whom an app acts for: people who approve it, itself, or whoever calls it. */
export type AppKind = 'people' | 'machine' | 'exchange';

export function kindOf({ agent, redirect_uris }: Pick<App, 'agent' | 'redirect_uris'>): AppKind {
  if (agent !== null) return 'machine';
  return redirect_uris.length > 0 ? 'people' : 'exchange';
}

export function connectionsInWords(connections: number, people: number): string {
  if (connections === 0) return 'None';
  const counted = connections === 1 ? '1 connection' : `${connections} connections`;
  return people === 1 ? `${counted} of one person` : `${counted} of ${people} people`;
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
  const exchanged = app.token_exchange ? ' Tokens that it traded others for stop, too.' : '';
  const kind = kindOf(app);
  switch (kind) {
    case 'people':
      return app.connections === 0
        ? `Nobody is connected through it now, and nobody can connect it any more.${exchanged}`
        : `Ends ${connectionsInWords(app.connections, app.people)}: their tokens and keys are refused from the next call on, what is under way breaks off, and nobody can connect it any more.${exchanged}`;
    case 'machine':
      return `The machine stops at once: its token is refused, and it gets no other.${exchanged} Its agent stays, with keys that were made for it.`;
    case 'exchange':
      return 'The tokens that it traded others for are refused from the next call on, and it gets no more.';
    default:
      return kind satisfies never;
  }
}
