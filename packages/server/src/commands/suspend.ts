import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { createSuspensions, type Suspensions } from '../grants/suspensions.ts';
import { systemClock } from '../kernel/clock.ts';
import { parseEmail } from '../people/email.ts';
import type { Store } from '../store/store.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { withStoreBeside } from './with-store-beside.ts';

export const SUSPEND_HELP = `latchkey <suspend | resume> <organisation <slug> | user <email>>

Works on DATABASE_URL, or on the embedded database in LATCHKEY_DATA_DIR, beside a running service too.

  suspend organisation <slug>   nothing works in it from now on; its connections end, calls under way break off
  resume organisation <slug>    keys that were made by hand work again; apps must be connected again
  suspend user <email>          signed out everywhere; the person's connections and keys end, in every organisation
  resume user <email>           the person may sign in again and is what they were; keys and connections stay ended

A former address of an organisation is understood, too, as long as it works.
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
    return refuseUsage(`${verb} ${args.join(' ')}: not understood`, SUSPEND_HELP);
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  await withStoreBeside(config.value, async (store) => {
    const suspensions = createSuspensions({ store, clock: systemClock });
    const decide = kind === 'user' ? decideAboutUser : decideAboutOrganisation;
    const outcome = await decide({ store, suspensions }, verb, name);
    if (outcome === undefined) return refuseToStart([`There is no ${kind} ${JSON.stringify(name)}.`]);
    const state = verb === 'suspend' ? 'suspended' : 'active';
    process.stdout.write(`${outcome.name} is ${state}${outcome.isNew ? '.' : ', as it was before.'}\n`);
  });
}

interface Tools {
  store: Store;
  suspensions: Suspensions;
}

/** What was decided about, by its name of today. Undefined: there is none. */
type Outcome = { readonly name: string; readonly isNew: boolean } | undefined;

async function decideAboutOrganisation(
  { store, suspensions }: Tools,
  verb: 'suspend' | 'resume',
  slug: string,
): Promise<Outcome> {
  const organisation = await store.organisationSlugs.findOrganisation(slug);
  if (organisation === undefined) return undefined;
  const { id, slug: name } = organisation;
  const isNew = await (verb === 'suspend'
    ? suspensions.suspendOrganisation(id)
    : suspensions.resumeOrganisation(id));
  return { name, isNew };
}

async function decideAboutUser(
  { store, suspensions }: Tools,
  verb: 'suspend' | 'resume',
  address: string,
): Promise<Outcome> {
  const email = parseEmail(address);
  const userId = email === undefined ? undefined : await store.people.findUserByEmail(email);
  if (userId === undefined) return undefined;
  const isNew = await (verb === 'suspend' ? suspensions.disableUser(userId) : suspensions.enableUser(userId));
  return { name: address, isNew };
}
