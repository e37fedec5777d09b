import type { Access } from '../catalogue/types.ts';
import { coerceArguments } from '../call/coerce.ts';
import type { ArgumentFault } from '../call/types.ts';
import type { JsonObject } from '../json.ts';
import type { ToolResult } from '../mcp/tool-result.ts';
import { clip } from '../openapi/text.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { Offered } from '../search/tool-index.ts';
import type { Directory } from './directory.ts';
import { OWN_SCHEMAS } from './own-tools.ts';
import { signatureOf } from './signature.ts';
import { textResult } from './text-result.ts';

const SENTENCE_CHARACTERS = 200;
const CATEGORIES_MAX = 30;

/** The answer to `search_tools`: the best matches among what this level of access reaches. */
export function searchTools(
  directory: Directory<Offered>,
  access: Access,
  args: JsonObject,
): Result<ToolResult, readonly ArgumentFault[]> {
  const faults: ArgumentFault[] = [];
  const { query, tag, access: only } = coerceArguments(OWN_SCHEMAS.search_tools, args, faults);
  if (faults.length > 0) return fail(faults);
  const hits = directory.search(String(query), {
    ...(typeof tag === 'string' ? { tag } : {}),
    ...(only === 'read' || only === 'full' ? { access: only } : {}),
  });
  if (hits.length > 0) return ok(textResult({ tools: hits.map(present), hint: hintFor(access) }));
  return ok(
    textResult({
      tools: [],
      hint: 'Nothing matches. Use other words, or search in a category by its tag.',
      categories: directory.categories.slice(0, CATEGORIES_MAX),
    }),
  );
}

function present({ api, name, tool }: Offered) {
  const [category] = tool.tags;
  return {
    name,
    signature: signatureOf(name, tool.inputSchema),
    description: firstSentence(tool.description),
    access: tool.access,
    ...(category === undefined ? {} : { category }),
    ...(api === undefined ? {} : { api }),
    ...(tool.consumesCredits ? { consumes_credits: true } : {}),
  };
}

function firstSentence(text: string): string {
  const end = text.search(/[.!?](?:\s|$)/);
  return clip(end === -1 ? text : text.slice(0, end + 1), SENTENCE_CHARACTERS);
}

function hintFor(access: Access): string {
  const call = 'Call a tool of access read with call_read_tool';
  const write = access === 'full' ? ', one of access full with call_write_tool' : '';
  return `${call}${write}. describe_tools gives the full schemas.`;
}
