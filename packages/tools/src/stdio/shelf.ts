import { modernHead } from '../mcp/identity.ts';
import type { Dialect } from '../mcp/revisions.ts';
import { serializeToolList } from '../mcp/serialize-list.ts';
import { findByName } from '../offer/find-by-name.ts';
import { createOffer } from '../offer/offer.ts';
import type { Offer } from '../offer/offer.ts';
import type { CatalogueSnapshot, SnapshotTool } from './snapshot.ts';

/** A snapshot, made ready to be asked. */
export interface Shelf {
  readonly snapshot: CatalogueSnapshot;
  readonly offer: Offer<SnapshotTool>;
  /** What results of the modern revisions begin with. */
  readonly head: string;
  /** The result of tools/list, as JSON. */
  list(dialect: Dialect): string;
  /** By its name, or by one that it had lately. */
  find(name: string): SnapshotTool | undefined;
}

const shelves = new WeakMap<CatalogueSnapshot, Shelf>();

export function shelfOf(snapshot: CatalogueSnapshot): Shelf {
  const known = shelves.get(snapshot);
  if (known !== undefined) return known;
  const shelf = createShelf(snapshot);
  shelves.set(snapshot, shelf);
  return shelf;
}

function createShelf(snapshot: CatalogueSnapshot): Shelf {
  const { access, apis, mode, pinned, server, tools } = snapshot;
  const offer = createOffer(tools, { mode, pinned, apis });
  const head = modernHead(server);
  const lists = new Map<string, string>();
  return {
    snapshot,
    offer,
    head,
    list(dialect) {
      const known = lists.get(dialect.revision);
      if (known !== undefined) return known;
      const list = serializeToolList(offer.listed(access), dialect, head);
      lists.set(dialect.revision, list);
      return list;
    },
    find: findByName(tools),
  };
}
