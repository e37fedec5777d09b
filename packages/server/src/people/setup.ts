import type { OrganisationId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { hashSecret, randomToken } from '../kernel/secret.ts';
import type { Queries, Store } from '../store/store.ts';
import { insertUser, prepareUser, userFaults, type PreparedUser, type UserFault } from './create-user.ts';
import { cleanDisplayName } from './display-name.ts';
import { createOrganisation, type OrganisationFault } from './organisations/create-organisation.ts';
import { parseSlug, suggestSlug } from './organisations/slug.ts';
import { refusableTransaction } from './refusable-transaction.ts';

export interface SetupForm {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly organisationName: string;
  /** Empty: made from the organisation's name. */
  readonly slug: string;
}

export type SetupFault = UserFault | OrganisationFault | 'slug_needed';

export type SetupRefusal =
  | { readonly reason: 'already_done' }
  | { readonly reason: 'token_wrong' }
  /** Every fault of the form at once; the token is still good. */
  | { readonly reason: 'form_invalid'; readonly faults: readonly SetupFault[] };

export interface Setup {
  /** True until the first user exists. */
  isOpen(): Promise<boolean>;
  /** A new one-time token to print on the console; the one before stops working. Undefined once any user exists. */
  prepareSetup(): Promise<{ token: string } | undefined>;
  /** For the page that asks: the token is claimed by `completeSetup` alone. */
  tokenIsGood(token: string): Promise<boolean>;
  /** Makes the first user, who is the first operator, and an organisation of theirs, in one transaction, for one caller alone. */
  completeSetup(form: SetupForm): Promise<Result<SetupDone, SetupRefusal>>;
}

export interface SetupDone {
  readonly userId: UserId;
  readonly orgId: OrganisationId;
  readonly slug: string;
}

export function createSetup({ store }: { store: Store }): Setup {
  let done = false;

  async function isOpen(queries: Queries = store): Promise<boolean> {
    // Once there is a user there always is one, so the answer "done" is kept.
    if (!done) done = (await queries.people.countUsers()) > 0;
    return !done;
  }

  async function complete(
    queries: Queries,
    { form, slug, user }: { form: SetupForm; slug: string; user: PreparedUser },
  ): Promise<Result<SetupDone, SetupRefusal>> {
    await queries.people.lockSetup();
    if (!(await isOpen(queries))) return fail({ reason: 'already_done' });
    if (!(await queries.people.claimSetupToken(hashSecret(form.token))))
      return fail({ reason: 'token_wrong' });
    const owner = await insertUser(queries, user, { emailVerified: true });
    if (!owner.ok) return fail({ reason: 'form_invalid', faults: [owner.error] });
    const ownerId = owner.value.userId;
    await queries.operators.add(ownerId, { declared: false });
    // What is there before anybody is, the operator declared: it belongs to the first account.
    const declared = await queries.people.listOrganisations();
    for (const organisation of declared) await queries.people.addMember(organisation.id, ownerId, 'owner');
    const named = declared.find((organisation) => organisation.slug === slug);
    if (named !== undefined) return ok({ userId: ownerId, orgId: named.id, slug });
    const organisation = await createOrganisation(queries, {
      slug,
      name: form.organisationName,
      tokenMode: 'token',
      ownerId,
    });
    if (!organisation.ok) return fail({ reason: 'form_invalid', faults: [organisation.error] });
    return ok({ userId: ownerId, ...organisation.value });
  }

  return {
    isOpen: () => isOpen(),

    prepareSetup: () =>
      store.transaction(async (queries) => {
        await queries.people.lockSetup();
        if (!(await isOpen(queries))) return undefined;
        const token = randomToken();
        await queries.people.replaceSetupToken(hashSecret(token));
        return { token };
      }),

    tokenIsGood: (token) => store.people.setupTokenExists(hashSecret(token)),

    async completeSetup(form) {
      if (!(await isOpen())) return fail({ reason: 'already_done' });
      if (!(await store.people.setupTokenExists(hashSecret(form.token))))
        return fail({ reason: 'token_wrong' });
      const slug = form.slug === '' ? suggestSlug(form.organisationName) : form.slug;
      const faults = [...userFaults(form), ...organisationFaults(form.organisationName, slug)];
      if (slug === undefined || faults.length > 0) return fail({ reason: 'form_invalid', faults });
      const user = await prepareUser(form);
      if (!user.ok) return fail({ reason: 'form_invalid', faults: [user.error] });
      const checked = { form, slug, user: user.value };
      return refusableTransaction(store, (queries) => complete(queries, checked));
    },
  };
}

function organisationFaults(name: string, slug: string | undefined): SetupFault[] {
  const faults: SetupFault[] = [];
  if (cleanDisplayName(name) === '') faults.push('organisation_name_missing');
  else if (slug === undefined) faults.push('slug_needed');
  const parsed = slug === undefined ? undefined : parseSlug(slug);
  if (parsed !== undefined && !parsed.ok) faults.push(parsed.error);
  return faults;
}
