import { coerceArguments } from '../call/coerce.ts';
import type { ArgumentFault } from '../call/types.ts';
import { listed } from '../catalogue/listed.ts';
import type { JsonObject } from '../json.ts';
import type { ToolResult } from '../mcp/tool-result.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { Offered } from '../search/tool-index.ts';
import type { Directory } from './directory.ts';
import { DESCRIBED_MAX, OWN_SCHEMAS } from './own-tools.ts';
import { textResult } from './text-result.ts';

const NAME_CHARACTERS = 64;

/** The answer to `describe_tools`: definitions as tools/list would have them, and what was meant by unknown names. */
export function describeTools(
  directory: Directory<Offered>,
  args: JsonObject,
): Result<ToolResult, readonly ArgumentFault[]> {
  const faults: ArgumentFault[] = [];
  const { names } = coerceArguments(OWN_SCHEMAS.describe_tools, args, faults);
  if (faults.length > 0) return fail(faults);
  const wanted = [...new Set(Array.isArray(names) ? names.map(String) : [])].slice(0, DESCRIBED_MAX);
  const found = wanted.flatMap((name) => directory.find(name) ?? []);
  const unknown = wanted.filter((name) => directory.find(name) === undefined);
  return ok(
    textResult({
      tools: found.map(({ name, tool }) => ({
        ...listed(tool),
        name,
        call_with: tool.access === 'read' ? 'call_read_tool' : 'call_write_tool',
      })),
      ...(unknown.length === 0
        ? {}
        : {
            unknown: unknown.map((name) => ({
              name: name.slice(0, NAME_CHARACTERS),
              did_you_mean: directory.nearest(name),
            })),
          }),
    }),
  );
}
