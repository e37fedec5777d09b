/** The revisions that start with `initialize`, the newest first. */
export const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;
/** The revisions in which every request speaks for itself. */
export const MODERN_REVISIONS = ['2026-07-28'] as const;
export const ALL_REVISIONS: readonly Revision[] = [...MODERN_REVISIONS, ...LEGACY_REVISIONS];

export type LegacyRevision = (typeof LEGACY_REVISIONS)[number];
export type ModernRevision = (typeof MODERN_REVISIONS)[number];
export type Revision = LegacyRevision | ModernRevision;

/** A client of 2025-03-26 sends no MCP-Protocol-Version header: that revision did not know it. */
export const REVISION_WITHOUT_HEADER: LegacyRevision = '2025-03-26';

/** What a revision can express. Clients refuse fields that theirs does not know. */
export interface Dialect {
  readonly revision: Revision;
  readonly isModern: boolean;
  /** `title` beside `name`, and `structuredContent` in results (2025-06-18). */
  readonly hasTitles: boolean;
  readonly hasBatches: boolean;
  /** `completions` among the capabilities (2025-03-26). */
  readonly hasCompletions: boolean;
}

const NEWEST = { isModern: false, hasTitles: true, hasBatches: false, hasCompletions: true };

const DIALECTS: Readonly<Record<Revision, Dialect>> = {
  '2025-03-26': { ...NEWEST, revision: '2025-03-26', hasTitles: false, hasBatches: true },
  '2025-06-18': { ...NEWEST, revision: '2025-06-18' },
  '2025-11-25': { ...NEWEST, revision: '2025-11-25' },
  '2026-07-28': { ...NEWEST, revision: '2026-07-28', isModern: true },
};

export function dialectOf(revision: Revision): Dialect {
  return DIALECTS[revision];
}

export function asLegacyRevision(text: unknown): LegacyRevision | undefined {
  return LEGACY_REVISIONS.find((revision) => revision === text);
}

export function asModernRevision(text: unknown): ModernRevision | undefined {
  return MODERN_REVISIONS.find((revision) => revision === text);
}
