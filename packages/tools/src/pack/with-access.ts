import type { Access } from '../catalogue/types.ts';
import { instructionsFor } from '../stdio/api/snapshot-of.ts';
import type { CatalogueSnapshot } from '../stdio/snapshot.ts';

/** A snapshot as somebody is offered it who wants this level of access: never more than is in it. */
export function withAccess(snapshot: CatalogueSnapshot, access: Access): CatalogueSnapshot {
  if (access === snapshot.access || snapshot.access === 'read') return snapshot;
  const tools = snapshot.tools.filter(({ tool }) => tool.access === 'read');
  const names = new Set(tools.map(({ name }) => name));
  return {
    ...snapshot,
    access,
    tools,
    pinned: snapshot.pinned.filter((name) => names.has(name)),
    instructions: instructionsFor(snapshot.server.title, access, snapshot.mode),
  };
}
