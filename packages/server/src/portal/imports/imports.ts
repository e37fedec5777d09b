import { Hono, type Context } from 'hono';
import type { ConnectionTest, TestFault } from '../../connectors/connection-test.ts';
import { IMPORTS_MAX, type ImportFault, type Imports } from '../../connectors/imports/imports.ts';
import type { PublishFault, PublishImport } from '../../connectors/imports/publish.ts';
import type { ImportReading, ImportView } from '../../connectors/imports/reading.ts';
import { fitsStatus } from '../../connectors/imports/operations.ts';
import { importSourceSchema } from '../../connectors/imports/sources.ts';
import type { ImportSettings } from '../../connectors/imports/settings.ts';
import { bodyCap } from '../../kernel/body-cap.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError, errorBody } from '../../kernel/errors.ts';
import type { ConnectorId, ImportId } from '../../kernel/ids.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { AskedLimit } from '../../limits/headers.ts';
import { withinLimit } from '../within-limit.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import {
  CANCEL_IMPORT,
  CHANGE_CREDENTIAL,
  CHANGE_SETTINGS,
  CREATE_IMPORT,
  DELETE_IMPORT,
  DIFF_IMPORT,
  GET_IMPORT,
  LIST_IMPORTS,
  LIST_OPERATIONS,
  LIST_PROBLEMS,
  PREVIEW_IMPORT,
  PUBLISH_IMPORT,
  REFETCH_IMPORT,
  TEST_IMPORT,
  UPLOAD_IMPORT,
} from './described.ts';
import { fits, pageAt } from './page.ts';
import { FIRST_PAGE, presentImport, presentImportDiff, presentOperation } from './present.ts';
import { principalOf } from './principal.ts';
import { IMPORT_BODY_BYTES_MAX } from './schemas.ts';
import { createUploads, UPLOAD_PATH } from './upload.ts';

const NAME_CHARACTERS_MAX = 100;
/** Published ones are shown as long as they are remembered. */
const LISTED_MAX = 100;

export interface ImportRoutesDeps {
  imports: Imports;
  importReading: ImportReading;
  publishImport: PublishImport;
  connectionTest: ConnectionTest;
  /** Told of an MCP server that was published. */
  onPublished: (connectorId: ConnectorId) => void;
  /** Connections to upstreams that are tested by one person. */
  limitTests: (userId: string) => Soon<AskedLimit>;
}

/** `/portal/v1/organisations/{org}/imports`: connectors in the making. See schemas.ts for the whole of it. */
export function createImportRoutes(deps: ImportRoutesDeps): Hono<OrganisationEnv> {
  const { connectionTest, importReading, imports, onPublished, publishImport } = deps;
  const app = new Hono<OrganisationEnv>();
  const readUpload = createUploads();
  const json = bodyCap<Context>({ bytesMax: IMPORT_BODY_BYTES_MAX, onTooLarge: tooLarge });
  app.use((context, next) => (UPLOAD_PATH.test(context.req.path) ? next() : json(context, next)));

  app.get('/', describeRoute(LIST_IMPORTS), async (context) => {
    const rows = await importReading.list(context.get('organisation').id, LISTED_MAX);
    const items = rows.map((row) => {
      const { name, slug } = row.settings as unknown as ImportSettings;
      return {
        id: row.id,
        state: row.state,
        source: importSourceSchema.parse(row.source),
        slug,
        name,
        created_by: { id: row.createdBy, name: row.byName },
        created_at: row.createdAt.toISOString(),
        expires_at: row.expiresAt.toISOString(),
      };
    });
    return context.json({ items, limit: IMPORTS_MAX });
  });

  app.post('/', describeRoute(CREATE_IMPORT), async (context) => {
    const { connector, source } = context.req.valid('json');
    const id = valueOf(await imports.create(by(context), source, connector));
    return context.json(await viewed(context, id), 201);
  });

  app.post('/upload', describeRoute(UPLOAD_IMPORT), async (context) => {
    const { connector, file_name: given = '' } = context.req.valid('query');
    const document = await readUpload(context, context.get('organisation').id);
    const fileName = displayName(given, NAME_CHARACTERS_MAX) ?? null;
    const id = valueOf(await imports.upload(by(context), document, { fileName, connector }));
    return context.json(await viewed(context, id), 201);
  });

  app.get('/:import', describeRoute(GET_IMPORT), async (context) =>
    context.json(await viewed(context, context.req.valid('param').import)),
  );

  app.post('/:import/cancel', describeRoute(CANCEL_IMPORT), async (context) => {
    const { import: id } = context.req.valid('param');
    valueOf(await imports.cancel(ref(context, id)));
    return context.json(await viewed(context, id));
  });

  app.post('/:import/delete', describeRoute(DELETE_IMPORT), async (context) => {
    valueOf(await imports.remove(ref(context, context.req.valid('param').import)));
    return context.json({ deleted: true as const });
  });

  app.post('/:import/fetch', describeRoute(REFETCH_IMPORT), async (context) => {
    const id = valueOf(await imports.refetch(ref(context, context.req.valid('param').import)));
    return context.json(await viewed(context, id), 201);
  });

  app.put('/:import/settings', describeRoute(CHANGE_SETTINGS), async (context) => {
    const { import: id } = context.req.valid('param');
    const { revision, settings } = context.req.valid('json');
    const changed = await imports.changeSettings(ref(context, id), revision, settings);
    if (!changed.ok && isConflict(changed.error)) return conflict(context, id, changed.error.kind);
    valueOf(changed);
    return context.json(await viewed(context, id));
  });

  app.put('/:import/credential', describeRoute(CHANGE_CREDENTIAL), async (context) => {
    const { import: id } = context.req.valid('param');
    const { credential, revision } = context.req.valid('json');
    const changed = await imports.changeCredential(ref(context, id), revision, credential);
    if (!changed.ok && isConflict(changed.error)) return conflict(context, id, changed.error.kind);
    valueOf(changed);
    return context.json(await viewed(context, id));
  });

  app.get('/:import/operations', describeRoute(LIST_OPERATIONS), async (context) => {
    const { import: id } = context.req.valid('param');
    const { cursor, limit, q, status, tag } = context.req.valid('query');
    const all = ready(await importReading.operations(context.get('organisation').id, id));
    const wanted = all.filter(
      (one) =>
        fitsStatus(one, status) &&
        (tag === undefined || one.tags.includes(tag)) &&
        fits(q, [
          one.operation,
          one.tool?.name,
          one.tool?.title,
          one.tool?.description,
          one.skipped?.summary ?? undefined,
          ...one.tags,
        ]),
    );
    const { items, nextCursor, total } = pageAt(wanted, { cursor, limit });
    return context.json({ items: items.map(presentOperation), total, next_cursor: nextCursor });
  });

  app.get('/:import/problems', describeRoute(LIST_PROBLEMS), async (context) => {
    const { import: id } = context.req.valid('param');
    const { cursor, limit, q, severity } = context.req.valid('query');
    const all = ready(await importReading.problems(context.get('organisation').id, id));
    const wanted = all.filter(
      (one) =>
        (severity === 'all' || one.severity === severity) &&
        fits(q, [one.code, one.message, one.operation, one.tool, one.pointer]),
    );
    const { items, nextCursor, total } = pageAt(wanted, { cursor, limit });
    return context.json({ items, total, next_cursor: nextCursor });
  });

  app.get('/:import/preview', describeRoute(PREVIEW_IMPORT), async (context) => {
    const { import: id } = context.req.valid('param');
    const { cursor, limit, q } = context.req.valid('query');
    const preview = ready(await importReading.preview(context.get('organisation').id, id));
    const wanted = preview.tools.filter(({ description, name, title }) =>
      fits(q, [name, title, description]),
    );
    const { items, nextCursor, total } = pageAt(wanted, { cursor, limit });
    const { listed, roles, size, toolsets } = preview;
    return context.json({ size, roles, toolsets, listed, items, total, next_cursor: nextCursor });
  });

  app.get('/:import/diff', describeRoute(DIFF_IMPORT), async (context) => {
    const { import: id } = context.req.valid('param');
    const diff = ready(await importReading.diff(context.get('organisation').id, id));
    return context.json(presentImportDiff(diff, context.req.valid('query')));
  });

  app.post('/:import/test', describeRoute(TEST_IMPORT), async (context) => {
    const { import: id } = context.req.valid('param');
    await limitTest(deps, context);
    const tested = await connectionTest.ofImport(
      id,
      context.req.valid('json').operation,
      principalOf(context),
    );
    if (!tested.ok) throw TEST_FAULTS[tested.error];
    const { durationMs, message, ok, status } = tested.value;
    return context.json({ ok, status, message, duration_ms: durationMs });
  });

  app.post('/:import/publish', describeRoute(PUBLISH_IMPORT), async (context) => {
    const { import: id } = context.req.valid('param');
    const { base_version: baseVersion, content_hash: contentHash, note, ticked } = context.req.valid('json');
    const line = note === '' ? '' : (displayName(note, 300) ?? '');
    const published = await publishImport(ref(context, id), { baseVersion, contentHash, ticked, note: line });
    if (!published.ok) {
      if (published.error === 'absent') throw FAULTS.absent;
      if (published.error === 'forbidden') throw FAULTS.forbidden;
      return conflict(context, id, published.error, { withDiff: true });
    }
    const { connector, slug, version, waiting } = published.value;
    if (connector.kind === 'mcp') onPublished(connector.id);
    return context.json({ connector: slug, version, waiting: [...waiting] });
  });

  async function viewed(context: Context<OrganisationEnv>, id: ImportId) {
    const view = await importReading.view(context.get('organisation').id, id);
    if (view === undefined) throw FAULTS.absent;
    return presentImport(view);
  }

  /** What was asked for was decided by something that is no longer so: what it is now comes with the refusal. */
  async function conflict(
    context: Context<OrganisationEnv>,
    id: ImportId,
    reason: Exclude<PublishFault, 'absent' | 'forbidden'>,
    { withDiff = false } = {},
  ) {
    const orgId = context.get('organisation').id;
    const view: ImportView | undefined = await importReading.view(orgId, id);
    const diff = withDiff ? await importReading.diff(orgId, id) : undefined;
    const error = new AppError('conflict', CONFLICTS[reason]);
    const { error: told } = JSON.parse(errorBody(error, context.get('requestId'))) as { error: object };
    return context.json(
      {
        error: told,
        reason,
        diff: diff === undefined ? null : presentImportDiff(diff, FIRST_PAGE),
        import: view === undefined ? null : presentImport(view),
      },
      409,
    );
  }

  return app;
}

const CONFLICTS = {
  changed: 'Somebody has changed this import since you looked at it. Nothing was changed; look at it again.',
  published: 'Somebody has published this connector since you compared. Nothing was changed; compare again.',
  blocked: 'It cannot be published as it is. Nothing was changed.',
  state: 'This import is finished: it was published, or nothing of it is under way.',
} as const;

const FAULTS = {
  absent: new AppError('not_found', 'There is no such import.'),
  forbidden: new AppError('forbidden', 'Your role no longer allows this.'),
  too_many: new AppError(
    'conflict',
    `An organisation has ${IMPORTS_MAX} unfinished imports at most. Delete one that nobody needs.`,
  ),
  not_refetchable: new AppError('invalid_request', 'This document was uploaded: upload it again.'),
  no_such_connector: new AppError('not_found', 'There is no such connector in this organisation.'),
  declared_by_operator: new AppError(
    'forbidden',
    'Whoever runs this service declares this connector: it cannot be changed here.',
  ),
  state: new AppError('conflict', CONFLICTS.state),
  changed: new AppError('conflict', CONFLICTS.changed),
} as const;

const TEST_FAULTS: Readonly<Record<TestFault, AppError>> = {
  absent: FAULTS.absent,
  not_ready: new AppError('conflict', 'It is not checked yet.'),
  no_such_operation: new AppError('not_found', 'It has no such tool.'),
  not_testable: new AppError('invalid_request', 'operation: must be a GET that needs no arguments'),
  no_base_url: new AppError('invalid_request', 'Say first where calls go.'),
};

export function testFault(fault: TestFault): AppError {
  return fault === 'absent' ? FAULTS.no_such_connector : TEST_FAULTS[fault];
}

export async function limitTest(
  { limitTests }: Pick<ImportRoutesDeps, 'limitTests'>,
  context: Context<OrganisationEnv>,
): Promise<void> {
  const asked = await limitTests(context.get('user').userId);
  withinLimit(context, asked, (seconds) => `Too many tests. Try again in ${seconds} seconds.`);
}

function isConflict(fault: ImportFault): fault is { kind: 'changed' | 'state' } {
  return fault.kind === 'changed' || fault.kind === 'state';
}

function valueOf<T>(result: { ok: true; value: T } | { ok: false; error: ImportFault }): T {
  if (result.ok) return result.value;
  const { error } = result;
  throw error.kind === 'invalid' ? new AppError('invalid_request', error.message) : FAULTS[error.kind];
}

function ready<T>(found: T | undefined): T {
  if (found === undefined)
    throw new AppError('not_found', 'There is no such import, or it is not checked yet.');
  return found;
}

export function by(context: Context<OrganisationEnv>) {
  return {
    orgId: context.get('organisation').id,
    userId: context.get('user').userId,
    requestId: context.get('requestId'),
  };
}

function ref(context: Context<OrganisationEnv>, id: ImportId) {
  return { ...by(context), id };
}

function tooLarge(): never {
  throw new AppError('payload_too_large', 'The body is over 1 MiB.');
}
