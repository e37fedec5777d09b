import type { Listed } from '../catalogue/listed.ts';
import type { Dialect } from './revisions.ts';

const LIST_TTL_MS = 60_000;

/**
 * The result of tools/list as JSON, with the fields that a revision knows; the same bytes at every door. All tools are
 * on one page, because clients do not turn it. `head` is what results of the modern revisions begin with.
 */
export function serializeToolList(tools: readonly Listed[], dialect: Dialect, head: string): string {
  const list = JSON.stringify(tools.map((tool) => present(tool, dialect)));
  if (!dialect.isModern) return `{"tools":${list}}`;
  return `${head},"ttlMs":${LIST_TTL_MS},"cacheScope":"private","tools":${list}}`;
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
