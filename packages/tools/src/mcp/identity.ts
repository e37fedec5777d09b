import type { Dialect } from './revisions.ts';

/** A picture that apps show of a server (2025-11-25). */
export interface Icon {
  readonly src: string;
  readonly mimeType: string;
}

/** Who answers. */
export interface ServerIdentity {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly icons?: readonly Icon[] | undefined;
}

export interface ServerInfo {
  readonly name: string;
  readonly title?: string;
  readonly version: string;
  readonly icons?: readonly Icon[];
}

/** As a revision can say it. */
export function serverInfo({ icons, name, title, version }: ServerIdentity, dialect: Dialect): ServerInfo {
  if (!dialect.hasTitles) return { name, version };
  return dialect.hasIcons && icons !== undefined ? { name, title, version, icons } : { name, title, version };
}

/** The `_meta` of results of the modern revisions; the pictures are for introductions alone. */
export function modernMeta({ name, title, version }: ServerIdentity) {
  return { 'io.modelcontextprotocol/serverInfo': { name, title, version } };
}

/** What a result of the modern revisions begins with, as JSON without the closing brace. */
export function modernHead(
  identity: ServerIdentity,
  resultType: 'complete' | 'input_required' = 'complete',
): string {
  return `{"resultType":"${resultType}","_meta":${JSON.stringify(modernMeta(identity))}`;
}

/** The same for the one that tells who we are. */
export function modernIntroduction(identity: ServerIdentity, dialect: Dialect): string {
  if (identity.icons === undefined) return modernHead(identity);
  const meta = { 'io.modelcontextprotocol/serverInfo': serverInfo(identity, dialect) };
  return `{"resultType":"complete","_meta":${JSON.stringify(meta)}`;
}
