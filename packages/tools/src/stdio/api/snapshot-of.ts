import { createHash } from 'node:crypto';
import type { Access, Catalogue } from '../../catalogue/types.ts';
import type { ServerIdentity } from '../../mcp/identity.ts';
import { instructionsOf } from '../../mcp/instructions.ts';
import { createOffer } from '../../offer/offer.ts';
import type { CatalogueSnapshot, SnapshotTool } from '../snapshot.ts';

/** A compiled document as something to serve: what the access reaches, offered as its size and its operator suggest. */
export function snapshotOf(
  catalogue: Catalogue,
  {
    access,
    connector,
    instructions,
    name = catalogue.title,
    server,
  }: {
    readonly access: Access;
    /** A slug. */
    readonly connector: string;
    readonly server: ServerIdentity;
    /** What the API is called. Default: as its document says. */
    readonly name?: string | undefined;
    /** Default: whose tools these are, and how they are found. */
    readonly instructions?: string | undefined;
  },
): CatalogueSnapshot {
  const tools = catalogue.tools
    .filter((tool) => access === 'full' || tool.access === 'read')
    .map((tool): SnapshotTool => ({ name: tool.name, connector, through: 'api', tool }));
  const apis = [{ name, ...(catalogue.docsUrl === undefined ? {} : { docsUrl: catalogue.docsUrl }) }];
  const names = new Set(tools.map((tool) => tool.name));
  const pinned = (catalogue.pinned ?? []).filter((one) => names.has(one));
  const { mode } = createOffer(tools, { mode: catalogue.mode, pinned, apis });
  const rest = {
    snapshotVersion: 1,
    server,
    instructions: instructions ?? instructionsFor(name, access, mode),
    access,
    mode,
    pinned,
    apis,
    tools,
  } as const;
  return { ...rest, hash: createHash('sha256').update(JSON.stringify(rest)).digest('base64url') };
}

/** Of the tools of one API. */
export function instructionsFor(name: string, access: Access, mode: 'full' | 'search'): string {
  return instructionsOf(`Tools of ${name}`, access, mode);
}
