export interface ReturnTo {
  /** A path on our own host, ready for a Location header. */
  readonly path: string;
  /** The transaction that is waiting for a decision, if that is where it leads. */
  readonly transactionId?: string;
}

const HOME: ReturnTo = { path: '/app' };
const PATH_CHARACTERS_MAX = 1024;

// With what was chosen there already.
const CONSENT =
  /^\/oauth\/consent\?transaction=([A-Za-z0-9_-]{1,200})(?:&(?:access=(?:read|full)|organisation=[a-z0-9-]{1,40}|lifetime=[0-9]{1,2})){0,3}$/;
// No backslash, control, space or `//`, which browsers read as the beginning of a host; no `%`, which hides them.
const DASHBOARD = /^\/app\/(?:[A-Za-z0-9_.~-]+\/)*[A-Za-z0-9_.~-]*(?:\?[A-Za-z0-9_.~=&-]*)?$/;

// Both are slugs: nothing in them can be a host or a step upwards.
const CONNECT = /^\/connect\/[a-z0-9-]{1,40}\/[a-z0-9-]{1,40}$/;

// The page of an organisation's own sign-in, with where to go from there.
const COMPANY = /^(\/sign-in\/company\/[a-z0-9-]{1,40})(?:\?return_to=([A-Za-z0-9%._~-]{1,900}))?$/;

/** Where to go after signing in. Anything but pages of ours that await somebody is the dashboard's front. */
export function parseReturnTo(text: string | undefined): ReturnTo {
  if (text === undefined || text.length > PATH_CHARACTERS_MAX) return HOME;
  const transactionId = CONSENT.exec(text)?.[1];
  if (transactionId !== undefined) return { path: text, transactionId };
  // An invitation: which one, a cookie knows.
  if (CONNECT.test(text) || text === '/invite') return { path: text };
  const company = COMPANY.exec(text);
  if (company !== null) return toCompany(company[1] ?? '', company[2]);
  const climbs = text.split(/[/?]/).some((segment) => segment === '.' || segment === '..');
  return DASHBOARD.test(text) && !climbs ? { path: text } : HOME;
}

/** The sign-in page that leads back to `path`. */
export function signInPath(path: string): string {
  return path === HOME.path ? '/sign-in' : `/sign-in?return_to=${encodeURIComponent(path)}`;
}

/** What is inside is read as strictly as what is outside, and leads to no such page again. */
function toCompany(path: string, inside: string | undefined): ReturnTo {
  const [, wanted] = [...new URLSearchParams(`return_to=${inside ?? ''}`)][0] ?? [];
  if (wanted === undefined || wanted === '' || COMPANY.test(wanted)) return { path };
  const { path: onwards, transactionId } = parseReturnTo(wanted);
  if (onwards === HOME.path) return { path };
  const whole = `${path}?return_to=${encodeURIComponent(onwards)}`;
  return transactionId === undefined ? { path: whole } : { path: whole, transactionId };
}

/** The organisation whose page it leads to, where the address says so. */
export function organisationOf({ path }: ReturnTo): string | undefined {
  return /^\/(?:app|connect)\/([a-z0-9-]{1,40})(?:[/?]|$)/.exec(path)?.[1];
}
