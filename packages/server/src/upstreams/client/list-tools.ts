import { fail, ok, type Result } from '../../kernel/result.ts';
import { faultOf } from '../fault.ts';
import { channelFault } from './http-line.ts';
import type { ClientFault, Line, Patience } from './types.ts';

export interface ListLimits {
  readonly tools: number;
  readonly pages: number;
  /** Of all pages, as JSON. */
  readonly bytes: number;
}

export const LIST_LIMITS: ListLimits = { tools: 5_000, pages: 200, bytes: 32 * 1024 * 1024 };

/** Every tool that a server lists, as it wrote them. A list that does not end, or repeats its pages, is refused. */
export async function listTools(
  line: Line,
  limits: ListLimits,
  { patience, signal }: { patience: Patience; signal?: AbortSignal | undefined },
): Promise<Result<readonly unknown[], ClientFault>> {
  const tools: unknown[] = [];
  const cursors = new Set<string>();
  const untilMs = performance.now() + patience.totalMs;
  let bytes = 0;
  let cursor: string | undefined;
  for (let page = 1; ; page += 1) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) return fail(channelFault(faultOf('upstream_timeout')));
    const replied = await line.request('tools/list', cursor === undefined ? {} : { cursor }, {
      patience: { ...patience, totalMs: leftMs },
      signal,
    });
    if (!replied.ok) return replied;
    const reply = replied.value;
    const listed = reply.kind === 'result' ? reply.result['tools'] : undefined;
    if (reply.kind !== 'result' || !Array.isArray(listed)) return fail(channelFault(NO_LIST));
    bytes += Buffer.byteLength(JSON.stringify(listed));
    for (const tool of listed as unknown[]) tools.push(tool);
    const next = reply.result['nextCursor'];
    if (tools.length > limits.tools || bytes > limits.bytes) return fail(channelFault(TOO_MANY));
    // Some say null, and some an empty text.
    if (typeof next !== 'string' || next === '') return ok(tools);
    if (page === limits.pages || cursors.has(next)) return fail(channelFault(TOO_MANY));
    cursors.add(next);
    cursor = next;
  }
}

const NO_LIST = faultOf('upstream_invalid', { message: 'The MCP server does not list its tools.' });
const TOO_MANY = faultOf('upstream_too_large', {
  message: 'The list of tools of the MCP server has no end, or is larger than what is accepted.',
});
