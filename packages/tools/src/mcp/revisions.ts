/** The revisions that start with `initialize`, the newest first. */
export const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
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
  /** `completions` among the capabilities, `annotations` of tools, audio in results (2025-03-26). */
  readonly hasCompletions: boolean;
  readonly hasAnnotations: boolean;
  readonly hasAudio: boolean;
  /** `icons` of the server (2025-11-25). */
  readonly hasIcons: boolean;
}

const OF_2025_06: Omit<Dialect, 'revision'> = {
  isModern: false,
  hasTitles: true,
  hasBatches: false,
  hasCompletions: true,
  hasAnnotations: true,
  hasAudio: true,
  hasIcons: false,
};
const OF_2024_11 = {
  ...OF_2025_06,
  hasTitles: false,
  hasCompletions: false,
  hasAnnotations: false,
  hasAudio: false,
};

const DIALECTS: Readonly<Record<Revision, Dialect>> = {
  '2024-11-05': { ...OF_2024_11, revision: '2024-11-05' },
  '2025-03-26': { ...OF_2025_06, revision: '2025-03-26', hasTitles: false, hasBatches: true },
  '2025-06-18': { ...OF_2025_06, revision: '2025-06-18' },
  '2025-11-25': { ...OF_2025_06, revision: '2025-11-25', hasIcons: true },
  '2026-07-28': { ...OF_2025_06, revision: '2026-07-28', isModern: true, hasIcons: true },
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

/** What is answered to a client that shakes hands: what it asks for, or the newest that there is. */
export function negotiate(requested: unknown): LegacyRevision {
  return asLegacyRevision(requested) ?? LEGACY_REVISIONS[0];
}
