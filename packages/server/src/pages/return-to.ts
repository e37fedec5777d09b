export interface ReturnTo {
  /** A path on our own host, ready for a Location header. */
  readonly path: string;
  /** The transaction that is waiting for a decision, if that is where it leads. */
  readonly transactionId?: string;
}

const HOME: ReturnTo = { path: '/app' };
const PATH_CHARACTERS_MAX = 1024;

const CONSENT = /^\/oauth\/consent\?transaction=([A-Za-z0-9_-]{1,200})$/;
// No backslash, control, space or `//`, which browsers read as the beginning of a host; no `%`, which hides them.
const DASHBOARD = /^\/app\/(?:[A-Za-z0-9_.~-]+\/)*[A-Za-z0-9_.~-]*(?:\?[A-Za-z0-9_.~=&-]*)?$/;

// Both are slugs: nothing in them can be a host or a step upwards.
const CONNECT = /^\/connect\/[a-z0-9-]{1,40}\/[a-z0-9-]{1,40}$/;

/** Where to go after signing in. Anything but pages of ours that await somebody is the dashboard's front. */
export function parseReturnTo(text: string | undefined): ReturnTo {
  if (text === undefined || text.length > PATH_CHARACTERS_MAX) return HOME;
  const transactionId = CONSENT.exec(text)?.[1];
  if (transactionId !== undefined) return { path: text, transactionId };
  // An invitation: which one, a cookie knows.
  if (CONNECT.test(text) || text === '/invite') return { path: text };
  const climbs = text.split(/[/?]/).some((segment) => segment === '.' || segment === '..');
  return DASHBOARD.test(text) && !climbs ? { path: text } : HOME;
}

/** The sign-in page that leads back to `path`. */
export function signInPath(path: string): string {
  return path === HOME.path ? '/sign-in' : `/sign-in?return_to=${encodeURIComponent(path)}`;
}
