import { listed } from '../catalogue/listed.ts';
import type { Listed } from '../catalogue/listed.ts';
import { catalogueModeOf, FULL_MODE_BUDGET } from '../catalogue/mode.ts';
import type { ModeDecision, ModeWish } from '../catalogue/mode.ts';
import { estimateTokens } from '../catalogue/tokens.ts';
import type { Access } from '../catalogue/types.ts';
import type { Offered } from '../search/tool-index.ts';
import { createDirectory } from './directory.ts';
import type { Directory } from './directory.ts';
import { ownTools } from './own-tools.ts';
import type { ApiLink } from './own-tools.ts';

export interface OfferOptions {
  /** Default `auto`. */
  readonly mode?: ModeWish | undefined;
  /** Names of tools to list in search mode too, the most wanted first. */
  readonly pinned?: readonly string[] | undefined;
  readonly apis: readonly ApiLink[];
}

/** What one URL offers: never changes, and depends on its tools and options alone. */
export interface Offer<T extends Offered> extends ModeDecision {
  /** What tools/list shows to a level of access: every tool that it reaches, or our own and the pinned ones. */
  listed(access: Access): readonly Listed[];
  /** For search: built when it is first asked for, of what that level of access reaches and nothing else. */
  directory(access: Access): Directory<T>;
}

const PINNED_MAX = 15;

export function createOffer<T extends Offered>(
  tools: readonly T[],
  { apis, mode, pinned = [] }: OfferOptions,
): Offer<T> {
  const shown = tools.map(({ name, tool }) => ({ ...listed(tool), name }));
  const decision = catalogueModeOf(shown, mode);
  const reached = (access: Access): readonly T[] =>
    access === 'full' ? tools : tools.filter(({ tool }) => tool.access === 'read');
  const directories = new Map<Access, Directory<T>>();

  function directory(access: Access): Directory<T> {
    const known = directories.get(access) ?? createDirectory(reached(access));
    directories.set(access, known);
    return known;
  }

  return {
    ...decision,
    directory,
    listed(access) {
      const names = new Set(reached(access).map(({ name }) => name));
      if (decision.mode === 'full') return shown.filter(({ name }) => names.has(name));
      const { categories, size } = directory(access);
      const own = ownTools({ apis, access, size, categories });
      const wanted = pinned.flatMap((name) =>
        names.has(name) ? shown.filter((one) => one.name === name) : [],
      );
      return [...own, ...withinBudget(wanted, JSON.stringify(own))];
    },
  };
}

/** Pinned tools as long as the list stays as short as a list in full has to be. */
function withinBudget(wanted: readonly Listed[], own: string): Listed[] {
  let tokens = estimateTokens(own);
  let bytes = Buffer.byteLength(own);
  return wanted.slice(0, PINNED_MAX).filter((tool) => {
    const text = JSON.stringify(tool);
    const size = { tokens: tokens + estimateTokens(text), bytes: bytes + Buffer.byteLength(text) };
    if (size.tokens > FULL_MODE_BUDGET.tokens || size.bytes > FULL_MODE_BUDGET.bytes) return false;
    ({ tokens, bytes } = size);
    return true;
  });
}
