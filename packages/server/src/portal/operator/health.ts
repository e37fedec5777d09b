import { Hono } from 'hono';
import { z } from 'zod';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { listOf, time } from '../shapes.ts';
import { WARNINGS, type Installation } from './installation.ts';

const count = z.number().int();

const healthShape = z.object({
  version: z.string().describe('Of Latchkey, as this node runs it.'),
  runtime: z.string(),
  uptime_seconds: count,
  database: z.object({
    version: z.string().describe('Of PostgreSQL.'),
    external: z.boolean().describe('false: the embedded one.'),
    size_bytes: count,
    answered_ms: z.number(),
    pool: z
      .object({ used: count, idle: count, waiting: count, max: count })
      .describe('Connections of this node; waiting: requests that wait for one.'),
  }),
  migrations: z.object({
    run: count,
    known: count.describe('By this release.'),
    latest: z.string(),
  }),
  hears_changes: z
    .boolean()
    .describe(
      'false: what other nodes revoke is not heard at once, and everything is asked of the database.',
    ),
  connectors: z.object({ own: count.describe('Of organisations.'), shared: count }),
  disk: z
    .object({ free_bytes: count, size_bytes: count })
    .nullable()
    .describe('Of the data directory; null: there is none.'),
  nodes: z.array(
    z.object({
      host: z.string(),
      half: z.enum(['gateway', 'web']).nullable().describe('null: both.'),
      version: z.string(),
      runtime: z.string(),
      is_this: z.boolean(),
      is_alive: z.boolean(),
      hears_changes: z.boolean(),
      started_at: time,
      seen_at: time,
    }),
  ),
  last_backup: z
    .object({
      at: time,
      file: z.string().describe('Its name; where it lies is not told.'),
      size_bytes: count,
    })
    .nullable()
    .describe('That `latchkey backup` made; null: none is in the log of the installation.'),
  warnings: z.array(z.enum(WARNINGS)).describe('What somebody should look at.'),
});

const HEALTH = {
  id: 'get_installation_health',
  summary: 'Get the health of the installation',
  description:
    'The database, the nodes, the data directory and what somebody should look at, as the answering node sees it. For operators.',
  callers: 'session',
  answer: healthShape,
} as const;

const MODES = {
  id: 'list_modes',
  summary: 'List how Latchkey was started',
  description:
    'What is on and what is off at the answering node, and the environment variable that decides it. Never a secret. For operators.',
  callers: 'session',
  answer: listOf(
    z.object({
      id: z.string(),
      value: z.union([z.boolean(), z.string(), z.array(z.string())]),
      variable: z.string().nullable().describe('null: it is always so.'),
    }),
  ),
} as const;

export interface OperatorHealthDeps {
  readonly installation: Installation;
}

/** `/portal/v1/operator/health` and `/modes`. */
export function createOperatorHealthRoutes({ installation }: OperatorHealthDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.get('/health', describeRoute(HEALTH), async (context) => {
    const { connectors, database, disk, hearsChanges, lastBackup, migrations, nodes, warnings, ...about } =
      await installation.health();
    const { answeredMs, isExternal, pool, sizeBytes, version } = database;
    return context.json({
      version: about.version,
      runtime: about.runtime,
      uptime_seconds: Math.floor(about.uptimeSeconds),
      database: {
        version,
        external: isExternal,
        size_bytes: sizeBytes,
        answered_ms: Math.round(answeredMs * 10) / 10,
        pool,
      },
      migrations,
      hears_changes: hearsChanges,
      connectors,
      disk: disk === null ? null : { free_bytes: disk.freeBytes, size_bytes: disk.sizeBytes },
      nodes: nodes.map((node) => ({
        host: node.host,
        half: node.half,
        version: node.version,
        runtime: node.runtime,
        is_this: node.isThis,
        is_alive: node.isAlive,
        hears_changes: node.hearsChanges,
        started_at: node.startedAt.toISOString(),
        seen_at: node.seenAt.toISOString(),
      })),
      last_backup:
        lastBackup === null
          ? null
          : {
              at: new Date(lastBackup.atMs).toISOString(),
              file: lastBackup.file,
              size_bytes: lastBackup.sizeBytes,
            },
      warnings,
    });
  });
  app.get('/modes', describeRoute(MODES), (context) => context.json({ items: installation.modes() }));
  return app;
}
