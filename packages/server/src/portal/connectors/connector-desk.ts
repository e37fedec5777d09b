import { Hono, type Context } from 'hono';
import type { ConnectorDesk, ConnectorFault, ConnectorOverview } from '../../connectors/connector-desk.ts';
import { importSourceSchema } from '../../connectors/imports/sources.ts';
import type { ListedVersion, RollBackFault, Versions } from '../../connectors/versions.ts';
import { displayName } from '../../kernel/display-name.ts';
import { AppError, errorBody } from '../../kernel/errors.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { by, limitTest, testFault, type ImportRoutesDeps } from '../imports/imports.ts';
import { presentCredential, presentDiff } from '../imports/present.ts';
import { principalOf } from '../imports/principal.ts';
import {
  DELETE_CONNECTOR,
  DIFF_VERSIONS,
  GET_CONNECTOR,
  LIST_VERSIONS,
  ROLL_BACK,
  SET_CREDENTIAL,
  TEST_CONNECTOR,
} from './described-desk.ts';

const NOTE_CHARACTERS_MAX = 300;

export interface ConnectorDeskRoutesDeps extends Pick<ImportRoutesDeps, 'connectionTest' | 'limitTests'> {
  connectorDesk: ConnectorDesk;
  versions: Versions;
}

/** `/portal/v1/organisations/{org}/connectors/{connector}`: one of them as a whole, its past and its end. */
export function createConnectorDeskRoutes(deps: ConnectorDeskRoutesDeps): Hono<OrganisationEnv> {
  const { connectionTest, connectorDesk, versions } = deps;
  const app = new Hono<OrganisationEnv>();

  app.get('/:connector', describeRoute(GET_CONNECTOR), async (context) =>
    context.json(await viewed(context, context.req.valid('param').connector)),
  );

  app.put('/:connector/credential', describeRoute(SET_CREDENTIAL), async (context) => {
    const { connector } = context.req.valid('param');
    const set = await connectorDesk.setCredential(
      by(context),
      connector,
      context.req.valid('json').credential,
    );
    if (!set.ok) throw faultOf(set.error);
    return context.json(await viewed(context, connector));
  });

  app.post('/:connector/test', describeRoute(TEST_CONNECTOR), async (context) => {
    const { connector } = context.req.valid('param');
    await limitTest(deps, context);
    const { operation } = context.req.valid('json');
    const tested = await connectionTest.ofConnector(connector, operation, principalOf(context));
    if (!tested.ok) throw testFault(tested.error);
    const { durationMs, message, ok, status } = tested.value;
    return context.json({ ok, status, message, duration_ms: durationMs });
  });

  app.post('/:connector/delete', describeRoute(DELETE_CONNECTOR), async (context) => {
    const { connector } = context.req.valid('param');
    const removed = await connectorDesk.remove(
      by(context),
      connector,
      context.req.valid('json').base_version,
    );
    if (!removed.ok) {
      if (removed.error.kind === 'published') return conflict(context);
      throw faultOf(removed.error);
    }
    return context.json({ deleted: true as const });
  });

  app.get('/:connector/versions', describeRoute(LIST_VERSIONS), async (context) => {
    const { cursor, limit } = context.req.valid('query');
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor))
      throw new AppError('invalid_request', 'cursor: is none of ours');
    const before = cursor === undefined ? undefined : Number(cursor);
    const { connector } = context.req.valid('param');
    const found = await versions.list(context.get('organisation').id, connector, {
      before,
      limit: limit + 1,
    });
    if (found === undefined) throw ABSENT;
    const items = found.slice(0, limit).map(presentVersion);
    const last = items.at(-1);
    return context.json({
      items,
      next_cursor: found.length > limit && last !== undefined ? String(last.number) : null,
    });
  });

  app.get('/:connector/versions/diff', describeRoute(DIFF_VERSIONS), async (context) => {
    const { from, to, ...query } = context.req.valid('query');
    const { connector } = context.req.valid('param');
    const diff = await versions.diff(context.get('organisation').id, connector, { from, to });
    if (!diff.ok) throw VERSION_FAULTS[diff.error];
    return context.json({ from, to, ...presentDiff(diff.value, query) });
  });

  app.post('/:connector/roll-back', describeRoute(ROLL_BACK), async (context) => {
    const { connector } = context.req.valid('param');
    const { base_version: baseVersion, note, to } = context.req.valid('json');
    const line = note === '' ? '' : (displayName(note, NOTE_CHARACTERS_MAX) ?? '');
    const rolled = await versions.rollBack(by(context), connector, { to, baseVersion, note: line });
    if (!rolled.ok) {
      if (rolled.error === 'published') return conflict(context);
      throw VERSION_FAULTS[rolled.error];
    }
    return context.json({ connector, version: rolled.value.version, waiting: [] });
  });

  async function viewed(context: Context<OrganisationEnv>, slug: string) {
    const found = await connectorDesk.find(context.get('organisation'), slug);
    if (found === undefined) throw ABSENT;
    return presentOverview(found);
  }

  return app;
}

const ABSENT = new AppError('not_found', 'There is no such connector in this organisation.');
const FORBIDDEN = new AppError('forbidden', 'Your role no longer allows this.');
const OPERATORS = new AppError(
  'forbidden',
  'Whoever runs this service declares this connector: it cannot be changed here.',
);
const PUBLISHED = new AppError(
  'conflict',
  'Somebody has published this connector since you looked at it. Nothing was changed; look at it again.',
);

const VERSION_FAULTS: Readonly<Record<Exclude<RollBackFault, 'published'>, AppError>> = {
  absent: ABSENT,
  forbidden: FORBIDDEN,
  declared_by_operator: OPERATORS,
  no_such_version: new AppError('not_found', 'The connector has no such version.'),
  not_possible: new AppError(
    'invalid_request',
    'An MCP server says itself what its tools are: there is nothing to compare or to go back to.',
  ),
  credential_elsewhere: new AppError(
    'conflict',
    'That version went to another address than the credential was given for. Import it anew, with its credential.',
  ),
};

function faultOf(fault: ConnectorFault): AppError {
  switch (fault.kind) {
    case 'absent':
      return ABSENT;
    case 'forbidden':
      return FORBIDDEN;
    case 'declared_by_operator':
      return OPERATORS;
    case 'published':
      return PUBLISHED;
    case 'invalid':
      return new AppError('invalid_request', fault.message);
  }
}

function conflict(context: Context<OrganisationEnv>) {
  const { error } = JSON.parse(errorBody(PUBLISHED, context.get('requestId'))) as { error: object };
  return context.json({ error }, 409);
}

function presentOverview(found: ConnectorOverview) {
  const { connector, credential, effect, isEnabled, isShared, source, tools } = found;
  return {
    slug: connector.slug,
    name: connector.name,
    kind: connector.kind,
    shared: isShared,
    managed_by: connector.managedBy,
    base_url: connector.baseUrl,
    version: connector.version,
    source,
    credential: presentCredential(credential),
    tools,
    enabled: isEnabled,
    effect,
  };
}

function presentVersion({ canRollBack, isCurrent, madeByName, version }: ListedVersion) {
  return {
    number: version.number,
    current: isCurrent,
    made_at: version.madeAt.toISOString(),
    made_by: version.madeBy === null ? null : { id: version.madeBy, name: madeByName },
    note: version.note,
    rolled_back_to: version.rolledBackTo,
    name: version.name,
    base_url: version.baseUrl,
    tools: version.tools,
    document_sha256: version.documentSha256,
    source: version.source === null ? null : importSourceSchema.parse(version.source),
    can_roll_back: canRollBack,
  };
}
