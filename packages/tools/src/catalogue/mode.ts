import type { Listed } from './listed.ts';
import { estimateTokens } from './tokens.ts';

/** `full`: every tool is listed. `search`: tools are found, described and called through four tools of our own. */
export type CatalogueMode = 'full' | 'search';
export type ModeWish = CatalogueMode | 'auto';

/** What a model is made to read at the start of every conversation, at most. */
export const FULL_MODE_BUDGET = { bytes: 1024 * 1024, tokens: 25_000, toolsAdvised: 100 } as const;

export interface ModeDecision {
  readonly mode: CatalogueMode;
  /** Of the whole list, if it were sent: number of tools, bytes of JSON, estimated tokens. */
  readonly tools: number;
  readonly bytes: number;
  readonly tokens: number;
  /** What an operator has to know: the mode is not what it would be for a small list, or the list is very long. */
  readonly warning?: string;
}

/**
 * How a list of tools is offered. By itself: in full while it is within the budget of bytes and tokens, else by
 * search. The number of tools alone changes nothing but is warned of. Depends on the tools and the wish only.
 */
export function catalogueModeOf(tools: readonly Listed[], wish: ModeWish = 'auto'): ModeDecision {
  const text = JSON.stringify(tools);
  const measured = { tools: tools.length, bytes: Buffer.byteLength(text), tokens: estimateTokens(text) };
  const isWithin = measured.bytes <= FULL_MODE_BUDGET.bytes && measured.tokens <= FULL_MODE_BUDGET.tokens;
  const mode = wish === 'auto' ? (isWithin ? 'full' : 'search') : wish;
  const warning = warningFor(measured, mode, wish, isWithin);
  return { mode, ...measured, ...(warning === undefined ? {} : { warning }) };
}

function warningFor(
  { tools, bytes, tokens }: Omit<ModeDecision, 'mode' | 'warning'>,
  mode: CatalogueMode,
  wish: ModeWish,
  isWithin: boolean,
): string | undefined {
  const size = `${number(tools)} tools are ${number(bytes)} bytes and about ${number(tokens)} tokens`;
  const budget = `${number(FULL_MODE_BUDGET.bytes)} bytes or ${number(FULL_MODE_BUDGET.tokens)} tokens`;
  if (!isWithin && mode === 'full') return `${size}, above ${budget}; they are listed in full as configured.`;
  if (!isWithin && wish === 'auto') return `${size}, above ${budget}; they are offered by search.`;
  if (mode === 'full' && tools > FULL_MODE_BUDGET.toolsAdvised) {
    return `${size}. That fits, but models choose worse from more than ${FULL_MODE_BUDGET.toolsAdvised} tools: offer toolsets, or search.`;
  }
  return undefined;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
