import type { Context } from 'hono';
import type { HandoffFault } from '../oauth/handoff.ts';
import { errorPage } from './error-page.tsx';
import type { PageEnv } from './page-env.ts';

type RefusalStatus = 400 | 403 | 409 | 410;

/** A page that says why an authorization stops here, and what can be done about it. */
export function refuse(
  c: Context<PageEnv>,
  status: RefusalStatus,
  code: string,
  title: string,
  message: string,
) {
  return errorPage(c, status, { title, message, code, requestId: c.get('requestId') });
}

export function expired(c: Context<PageEnv>) {
  return refuse(
    c,
    410,
    'transaction_expired',
    'This request is no longer open',
    'It is older than ten minutes, was begun in another browser, or was finished. Start again from the app.',
  );
}

export function otherBrowser(c: Context<PageEnv>) {
  return refuse(
    c,
    403,
    'other_browser',
    'This was begun in another browser',
    'Nothing was sent. Start again from the app, in this browser.',
  );
}

const HANDOFF_FAULTS: Readonly<Record<HandoffFault, readonly [title: string, message: string]>> = {
  forged: [
    'The way here is broken',
    'This link was not made by this server. Start again from the app. If it keeps happening, OAUTH_HANDOFF_SECRET differs between the two hosts: give both the same one, of at least 32 characters, and restart them.',
  ],
  misdirected: [
    'The way here leads elsewhere',
    'This link was made for hosts of other names. PUBLIC_MCP_BASE_URL and PUBLIC_WEB_BASE_URL must be the same on both hosts: correct them, restart both, and start again from the app.',
  ],
  expired: [
    'That took too long',
    'This link is older than a minute. Start again from the app. If it keeps happening, the clocks of the two hosts differ: set them by the network (NTP).',
  ],
  used: ['This link was used before', 'It is good once. Start again from the app.'],
};

/** The ticket between the two hosts did not hold: the page says what its reader, or their admin, can mend. */
export function handoffRefused(c: Context<PageEnv>, fault: HandoffFault) {
  const [title, message] = HANDOFF_FAULTS[fault];
  return refuse(c, 400, `handoff_${fault}`, title, message);
}

/** The app is none that people there connect: nobody is sent anywhere either. */
export function clientNotAllowed(c: Context<PageEnv>, organisations: readonly string[]) {
  const where = organisations.join(', ');
  return refuse(
    c,
    403,
    'client_not_allowed',
    'This app cannot be connected here',
    `${where} lets its people connect only apps that are known well enough, and this one is not. Any owner or admin of ${where} can approve it, among the apps of the dashboard. Then start again from the app.`,
  );
}

/** Nobody is sent anywhere: whoever wants this app must ask a person who may allow it. */
export function clientBlocked(c: Context<PageEnv>, organisations: readonly string[]) {
  const where = organisations.join(', ');
  return refuse(
    c,
    403,
    'client_blocked',
    'This app is blocked',
    `An admin of ${where} has decided that this app must not be connected. Any owner or admin of ${where} can unblock it, among the OAuth clients of the dashboard.`,
  );
}
