import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { createSuspensions, type Suspensions } from '../grants/suspensions.ts';
import { systemClock } from '../kernel/clock.ts';
import { findMasterSecret } from '../master-secret.ts';
import { parseEmail } from '../people/email.ts';
import type { Store } from '../store/store.ts';
import { refuseToStart } from './lifecycle.ts';
import { withStoreBeside } from './with-store-beside.ts';

export const SUSPEND_HELP = `latchkey <suspend | resume> <organisation <slug> | user <email>>

Works on DATABASE_URL, or on the embedded database in LATCHKEY_DATA_DIR, beside a running service too.

  suspend organisation <slug>   nothing works in it from now on; its connections end, calls under way break off
  resume organisation <slug>    keys that were made by hand work again; apps must be connected again
  suspend user <email>          signed out everywhere; the person's connections and keys end, in every organisation
  resume user <email>           the person may sign in again and is what they were; keys and connections stay ended
`;

/** The operator's commands about a whole organisation or person: `suspend` and `resume`. */
export async function suspend(verb: 'suspend' | 'resume', args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(SUSPEND_HELP);
    return;
  }
  const [kind, name, ...rest] = positionals;
  if ((kind !== 'organisation' && kind !== 'user') || name === undefined || rest.length > 0) {
    process.stderr.write(`latchkey: ${verb} ${args.join(' ')}: not understood\n\n${SUSPEND_HELP}`);
    process.exitCode = 2;
    return;
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  const { databaseUrl, dataDir, secret } = config.value;
  if (databaseUrl === undefined && (await findMasterSecret(secret, dataDir)) === undefined) {
    return refuseToStart([`The service has not been started in ${dataDir}.`]);
  }
  await withStoreBeside(config.value, async (store) => {
    const suspensions = createSuspensions({ store, clock: systemClock });
    const decide = kind === 'user' ? decideAboutUser : decideAboutOrganisation;
    const outcome = await decide({ store, suspensions }, verb, name);
    if (outcome === undefined) return refuseToStart([`There is no ${kind} ${JSON.stringify(name)}.`]);
    const state = verb === 'suspend' ? 'suspended' : 'active';
    process.stdout.write(`${name} is ${state}${outcome ? '.' : ', as it was before.'}\n`);
  });
}

interface Tools {
  store: Store;
  suspensions: Suspensions;
}

/** Undefined: there is none. False: it was so before. */
async function decideAboutOrganisation(
  { store, suspensions }: Tools,
  verb: 'suspend' | 'resume',
  slug: string,
): Promise<boolean | undefined> {
  const organisation = await store.people.findOrganisationBySlug(slug);
  if (organisation === undefined) return undefined;
  return verb === 'suspend'
    ? suspensions.suspendOrganisation(organisation.id)
    : suspensions.resumeOrganisation(organisation.id);
}

async function decideAboutUser(
  { store, suspensions }: Tools,
  verb: 'suspend' | 'resume',
  address: string,
): Promise<boolean | undefined> {
  const email = parseEmail(address);
  const userId = email === undefined ? undefined : await store.people.findUserByEmail(email);
  if (userId === undefined) return undefined;
  return verb === 'suspend' ? suspensions.disableUser(userId) : suspensions.enableUser(userId);
}
