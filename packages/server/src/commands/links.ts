import { parseArgs } from 'node:util';
import { readConfig, type Config } from '../config.ts';
import { ROLES, type Role } from '../kernel/access.ts';
import { systemClock } from '../kernel/clock.ts';
import { parseEmail } from '../people/email.ts';
import { createInvitations } from '../people/invitations/invitations.ts';
import { createPasswordResets } from '../people/password-resets.ts';
import { createResetSecondFactor } from '../people/two-factor/reset-second-factor.ts';
import type { Store } from '../store/store.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { withStoreBeside } from './with-store-beside.ts';

const PLACE = `Works on DATABASE_URL, or on the embedded database in LATCHKEY_DATA_DIR, beside a running service too. The link
begins with PUBLIC_WEB_BASE_URL, PUBLIC_MCP_BASE_URL or http://localhost:PORT, as the service's pages do.`;

const HELP = {
  'reset-password': `latchkey reset-password <email> [--two-factor]

Prints a link with which the person chooses another password, good once and for 24 hours. A link before it stops working.
Where an admin may make one, Members in the dashboard does the same. --two-factor also turns off the person's second step
and removes their passkeys, for who has lost the authenticator app and the backup codes, or the devices.

${PLACE}
`,
  invite: `latchkey invite <organisation> <email> [--role ${ROLES.join('|')}]

Prints a link with which the person joins the organisation (default: as member), good once and for two days. Whoever uses
it is taken to be whom the address names: what LATCHKEY_CONFIG declares for it, in any organisation, is theirs.

${PLACE}
`,
} as const;

type Verb = keyof typeof HELP;

/** The operator's links: `invite` and `reset-password`. */
export async function links(verb: Verb, args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      role: { type: 'string' },
      'two-factor': { type: 'boolean', default: false },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP[verb]);
    return;
  }
  const make = verb === 'invite' ? invite(positionals, values) : reset(positionals, values);
  if (make === undefined) {
    return refuseUsage(`${verb} ${args.join(' ')}: not understood`, HELP[verb]);
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  await withStoreBeside(config.value, async (store) => {
    const made = await make(store);
    if (typeof made === 'string') return refuseToStart([made]);
    process.stdout.write(`${baseUrlOf(config.value)}${made.path}\n`);
    process.stderr.write(
      `Good once, until ${made.expiresAt.toISOString()}. Hand it over yourself: no mail is sent.\n`,
    );
  });
}

interface Options {
  role?: string | undefined;
  'two-factor': boolean;
}

/** The link, or why there is none. */
type Make = (store: Store) => Promise<{ path: string; expiresAt: Date } | string>;

function invite([slug, address, ...rest]: string[], options: Options): Make | undefined {
  const { role = 'member', 'two-factor': twoFactor } = options;
  const email = parseEmail(address ?? '');
  const as = ROLES.find((one): one is Role => one === role);
  if (slug === undefined || email === undefined || as === undefined || rest.length > 0 || twoFactor)
    return undefined;
  return async (store) => {
    const organisation = await store.organisationSlugs.findOrganisation(slug);
    if (organisation === undefined) return `There is no organisation ${JSON.stringify(slug)}.`;
    const invitations = createInvitations({ store, clock: systemClock });
    const made = await invitations.create({ orgId: organisation.id, role: as, email, days: 2 });
    if (made.ok) return { path: `/invite/${made.value.token}`, expiresAt: made.value.expiresAt };
    return made.error === 'already_member'
      ? `${email} is a member of ${slug} already.`
      : `There are too many open invitations in ${slug}.`;
  };
}

function reset([address, ...rest]: string[], options: Options): Make | undefined {
  const { role, 'two-factor': twoFactor } = options;
  if (address === undefined || rest.length > 0 || role !== undefined) return undefined;
  return async (store) => {
    const email = parseEmail(address);
    const userId = email === undefined ? undefined : await store.people.findUserByEmail(email);
    if (userId === undefined) return `There is no user ${JSON.stringify(address)}.`;
    const made = await createPasswordResets({ store, clock: systemClock }).createForOperator(userId);
    if (made.ok && twoFactor) await createResetSecondFactor({ store, clock: systemClock }).byOperator(userId);
    return made.ok
      ? { path: `/reset/${made.value.token}`, expiresAt: made.value.expiresAt }
      : `${address} signs in without a password.`;
  };
}

function baseUrlOf({ mcpBaseUrl, port, webBaseUrl }: Config): string {
  return webBaseUrl ?? mcpBaseUrl ?? `http://localhost:${port}`;
}
