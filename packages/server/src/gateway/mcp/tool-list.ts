import type { Listed } from '@latchkey/tools';
import type { ToolSet } from '../../connectors/tool-set.ts';
import type { Access } from '../../kernel/access.ts';
import type { Dialect } from './revisions.ts';
import { MODERN_RESULT_HEAD } from './server-info.ts';

const LIST_TTL_MS = 60_000;

const prepared = new WeakMap<ToolSet, Map<string, Buffer>>();

/**
 * The result of tools/list as bytes: made at the first request and kept as long as the tool set lives. All tools are
 * on one page, because clients do not turn it.
 */
export function toolList(toolSet: ToolSet, access: Access, dialect: Dialect): Buffer {
  let lists = prepared.get(toolSet);
  if (lists === undefined) {
    lists = new Map();
    prepared.set(toolSet, lists);
  }
  const shape = `${access} ${dialect.revision}`;
  let list = lists.get(shape);
  if (list === undefined) {
    list = Buffer.from(serialize(toolSet.offer().listed(access), dialect));
    lists.set(shape, list);
  }
  return list;
}

function serialize(tools: readonly Listed[], dialect: Dialect): string {
  const list = JSON.stringify(tools.map((tool) => present(tool, dialect)));
  if (!dialect.isModern) return `{"tools":${list}}`;
  return `${MODERN_RESULT_HEAD},"ttlMs":${LIST_TTL_MS},"cacheScope":"private","tools":${list}}`;
}

function present(
  { annotations, description, inputSchema, name, outputSchema, title }: Listed,
  dialect: Dialect,
) {
  return {
    name,
    ...(dialect.hasTitles ? { title } : {}),
    description,
    inputSchema,
    // As old as titles.
    ...(dialect.hasTitles && outputSchema !== undefined ? { outputSchema } : {}),
    ...(dialect.hasAnnotations ? { annotations: presentAnnotations(annotations) } : {}),
  };
}

function presentAnnotations({
  destructiveHint,
  idempotentHint,
  openWorldHint,
  readOnlyHint,
  title,
}: Listed['annotations']) {
  return { title, readOnlyHint, destructiveHint, idempotentHint, openWorldHint };
}
