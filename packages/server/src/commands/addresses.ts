import { parseArgs } from 'node:util';
import { recordEvent } from '../audit/record-event.ts';
import { readConfig } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Store } from '../store/store.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { withStoreBeside } from './with-store-beside.ts';

export const ADDRESSES_HELP = `latchkey addresses <organisation> [--clear]

Shows from which addresses an organisation may be used. With --clear it may be used from everywhere again: for admins
who were shut out by their own list. Works on DATABASE_URL, or on the embedded database in LATCHKEY_DATA_DIR, beside a
running service too.
`;

/** The operator's way to let people back in whose address is none of their organisation's list any more. */
export async function addresses(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, clear: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(ADDRESSES_HELP);
    return;
  }
  const [slug, ...rest] = positionals;
  if (slug === undefined || rest.length > 0) {
    return refuseUsage(`addresses ${args.join(' ')}: not understood`, ADDRESSES_HELP);
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  await withStoreBeside(config.value, async (store) => {
    const listed = await (values.clear === true ? clearAddresses(store, slug) : addressesOf(store, slug));
    if (listed === undefined) return refuseToStart([`There is no organisation ${JSON.stringify(slug)}.`]);
    const isOpen = values.clear === true || listed.length === 0;
    process.stdout.write(
      isOpen ? `${slug} may be used from everywhere.\n` : `${slug}: ${listed.join(', ')}\n`,
    );
  });
}

async function addressesOf(store: Store, slug: string): Promise<readonly string[] | undefined> {
  return (await store.organisationSlugs.findOrganisation(slug))?.addresses;
}

/** What was listed. Undefined: there is no such organisation. */
async function clearAddresses(store: Store, slug: string): Promise<readonly string[] | undefined> {
  return store.transaction(async (queries) => {
    const id = (await queries.organisationSlugs.findOrganisation(slug))?.id;
    if (id === undefined) return undefined;
    await queries.people.lockMembers(id);
    const organisation = await queries.people.findOrganisation(id);
    if (organisation === undefined || organisation.addresses.length === 0) return organisation?.addresses;
    await queries.security.set(id, { ...organisation, addresses: [] });
    await queries.changes.add('organisation', id);
    await recordEvent(queries, systemClock, {
      orgId: id,
      action: 'organisation.security_changed',
      actor: { kind: 'operator' },
      target: id,
      requestId: newId('req'),
      outcome: 'ok',
      detail: { from: { addresses: organisation.addresses }, to: { addresses: [] } },
    });
    return organisation.addresses;
  });
}
