/** The address of an organisation, the slug in its URLs, and those that it had before. */
export interface OrganisationNames {
  readonly orgSlug: string;
  /** Absent: it never had another. */
  readonly formerSlugs?: readonly FormerSlug[] | undefined;
}

export interface FormerSlug {
  readonly slug: string;
  /** In milliseconds since the epoch: it stands for the organisation until then. */
  readonly aliasUntilMs: number;
}

/** Whether who asks for this address means the organisation. */
export function answersTo(
  { formerSlugs = [], orgSlug }: OrganisationNames,
  slug: string,
  nowMs: number,
): boolean {
  return (
    slug === orgSlug || formerSlugs.some((former) => former.slug === slug && nowMs < former.aliasUntilMs)
  );
}

/** The former addresses that still stand for it. */
export function aliasesOf({ formerSlugs = [] }: OrganisationNames, nowMs: number): string[] {
  return formerSlugs.filter(({ aliasUntilMs }) => nowMs < aliasUntilMs).map(({ slug }) => slug);
}

/** Whether it is or was called so: no other organisation ever is. */
export function isOrWas({ formerSlugs = [], orgSlug }: OrganisationNames, slug: string): boolean {
  return slug === orgSlug || formerSlugs.some((former) => former.slug === slug);
}
