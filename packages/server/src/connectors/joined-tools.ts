import type { ModeWish, OfferOptions } from '@latchkey/tools';
import { prefixed, uniqueNames } from './tool-names.ts';
import { createToolSet, type BoundTool, type ToolSet } from './tool-set.ts';

/** Tools of one connector that are to be offered beside others', and how it wants its tools to be offered. */
export interface Share {
  /** All that the connector has: a name means the same to everybody. */
  readonly tools: readonly BoundTool[];
  /** Those among them that are offered. */
  readonly offered: ReadonlySet<BoundTool>;
  readonly api: OfferOptions['apis'][number];
  readonly mode?: 'full' | 'search' | undefined;
  /** Names within the connector. */
  readonly pinned?: readonly string[] | undefined;
}

/** Tools of several connectors as one set, under names that are unique in it. Depends on nothing but the shares. */
export function joinTools(
  shares: readonly Share[],
  modeOf: (wishes: readonly Share['mode'][]) => ModeWish,
): ToolSet {
  const present = shares.filter(({ offered, tools }) => tools.some((bound) => offered.has(bound)));
  const all = shares.flatMap(({ tools }) => tools);
  const names = uniqueNames(all.map(({ target, name }) => ({ connector: target.slug, name })));
  const renamed = new Map(all.map((bound, index) => [bound, names[index] ?? bound.name]));
  const isMixed = present.length > 1;
  const tools = present.flatMap(({ api, offered, tools: own }) =>
    own
      .filter((bound) => offered.has(bound))
      .map((bound): BoundTool => ({
        ...bound,
        name: renamed.get(bound) ?? bound.name,
        aliases: aliasesOf(bound),
        ...(isMixed ? { api: api.name } : {}),
      })),
  );
  const pinned = present.flatMap(({ pinned: wanted = [], tools: own }) =>
    wanted.flatMap((name) =>
      own.filter((bound) => bound.name === name).map((bound) => renamed.get(bound) ?? name),
    ),
  );
  const mode = modeOf(present.map((share) => share.mode));
  return createToolSet(tools, { mode, pinned, apis: present.map(({ api }) => api) });
}

/** A connector may come or go, and with it the need to say whose tool is meant: both spellings stay known. */
function aliasesOf({ name, target, tool }: BoundTool): string[] {
  const former = tool.aliases ?? [];
  return [...former, ...[name, ...former].map((one) => prefixed(target.slug, one))];
}

/** In full only if every connector says so, by search if one does; else by size. */
export function modeOfAll(wishes: readonly Share['mode'][]): ModeWish {
  if (wishes.includes('search')) return 'search';
  return wishes.length > 0 && wishes.every((wish) => wish === 'full') ? 'full' : 'auto';
}

/** A toolset is small because it was chosen: that its connector is searched says nothing about it. */
export function modeOfToolset(wishes: readonly Share['mode'][]): ModeWish {
  return wishes.length > 0 && wishes.every((wish) => wish === 'full') ? 'full' : 'auto';
}
