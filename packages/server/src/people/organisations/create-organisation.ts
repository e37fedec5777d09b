import { newId, type OrganisationId, type UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { TokenMode } from '../../store/schema.ts';
import type { Queries } from '../../store/store.ts';
import { cleanDisplayName } from '../display-name.ts';
import { parseSlug, type SlugFault } from './slug.ts';

export type OrganisationFault = SlugFault | 'slug_taken' | 'organisation_name_missing';

export interface NewOrganisation {
  readonly slug: string;
  readonly name: string;
  readonly tokenMode: TokenMode;
  /** Absent for an organisation that the operator declares: its people come later. */
  readonly ownerId?: UserId;
}

/** On the caller's transaction: organisation and owner come into being together or not at all. */
export async function createOrganisation(
  queries: Queries,
  wanted: NewOrganisation,
): Promise<Result<{ orgId: OrganisationId; slug: string }, OrganisationFault>> {
  const slug = parseSlug(wanted.slug);
  if (!slug.ok) return slug;
  const name = cleanDisplayName(wanted.name);
  if (name === '') return fail('organisation_name_missing');
  const orgId = newId('org');
  const row = { id: orgId, slug: slug.value, name, tokenMode: wanted.tokenMode };
  if (!(await queries.people.createOrganisation(row))) return fail('slug_taken');
  if (wanted.ownerId !== undefined) await queries.people.addMember(orgId, wanted.ownerId, 'owner');
  return ok({ orgId, slug: slug.value });
}
