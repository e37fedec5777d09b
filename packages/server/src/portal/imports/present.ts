import type { z } from 'zod';
import type { CredentialView } from '../../connectors/imports/credential-view.ts';
import { nameOf, type ToolChange, type ToolDiff } from '../../connectors/imports/diff.ts';
import type { Operation } from '../../connectors/imports/operations.ts';
import type { FieldChange, ImportDiff, ImportView } from '../../connectors/imports/reading.ts';
import { fits, pageAt } from './page.ts';
import type {
  credentialViewSchema,
  diffQuerySchema,
  diffSchema,
  importViewSchema,
  operationListSchema,
} from './schemas.ts';

export function presentImport(view: ImportView): z.infer<typeof importViewSchema> {
  const {
    blockers,
    contentHash,
    createdByName,
    credential,
    rejection,
    report,
    row,
    settings,
    source,
    target,
  } = view;
  const { documentBytes, documentSha256, state } = row;
  const isUnderWay = state === 'fetching' || state === 'checking';
  return {
    id: row.id,
    state,
    source,
    slug: settings.slug,
    name: settings.name,
    created_by: { id: row.createdBy, name: createdByName },
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    revision: row.revision,
    progress: isUnderWay ? { done: row.progressDone, total: row.progressTotal } : null,
    document:
      documentSha256 === null || documentBytes === null
        ? null
        : { sha256: documentSha256, bytes: documentBytes },
    settings,
    credential: credential && presentCredential(credential),
    rejection: state === 'rejected' ? rejection : null,
    report: state === 'ready' || state === 'published' ? report : null,
    content_hash: contentHash,
    target: {
      exists: target !== undefined,
      kind: target?.kind ?? null,
      base_version: target?.version ?? null,
    },
    blockers: state === 'published' ? [] : [...blockers],
    published:
      row.publishedSlug === null || row.publishedVersion === null
        ? null
        : { connector: row.publishedSlug, version: row.publishedVersion },
  };
}

export function presentCredential({
  hasSecret,
  kind,
  label,
  origin,
}: CredentialView): z.infer<typeof credentialViewSchema> {
  return { kind, origin, label, has_secret: hasSecret };
}

export function presentOperation({
  accessByMethod,
  ...rest
}: Operation): z.infer<typeof operationListSchema>['items'][number] {
  const { choice, method, operation, path, problems, skipped, tags, testable, tool } = rest;
  return {
    operation,
    method,
    path,
    tool,
    skipped,
    access_by_method: accessByMethod,
    tags: [...tags],
    choice,
    problems,
    testable,
  };
}

/** Of the whole the counts, of the tools one page. */
export function presentDiff(
  { connector, tools }: { readonly connector: readonly FieldChange[]; readonly tools: ToolDiff },
  { change, cursor, limit, q }: z.infer<typeof diffQuerySchema>,
) {
  const wanted = tools.items.filter(
    (item) =>
      (change === 'all' || (change === 'new_write' ? item.isNewWrite : item.changes.includes(change))) &&
      fits(q, [nameOf(item), item.operation, item.after?.title, item.before?.name]),
  );
  const page = pageAt(wanted, { cursor, limit });
  return {
    counts: tools.counts,
    connector: connector.map(({ after, before, field }) => ({ field, before, after })),
    items: page.items.map(presentChange),
    total: page.total,
    next_cursor: page.nextCursor,
  };
}

export const FIRST_PAGE: z.infer<typeof diffQuerySchema> = { q: '', change: 'all', limit: 100 };

export function presentImportDiff(
  diff: ImportDiff,
  query: z.infer<typeof diffQuerySchema>,
): z.infer<typeof diffSchema> {
  return {
    content_hash: diff.contentHash,
    base_version: diff.baseVersion,
    new_write_tools: [...diff.tools.newWriteTools],
    ...presentDiff(diff, query),
  };
}

function presentChange(item: ToolChange) {
  return {
    tool: nameOf(item),
    operation: item.operation,
    title: (item.after ?? item.before)?.title ?? '',
    changes: [...item.changes],
    new_write: item.isNewWrite,
    before: presentSide(item.before),
    after: presentSide(item.after),
  };
}

function presentSide(tool: ToolChange['after']) {
  if (tool === undefined) return null;
  const { access, description, inputSchema, name, title } = tool;
  return { name, access, title, description, input_schema: inputSchema };
}
