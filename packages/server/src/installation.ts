import { readFile, statfs } from 'node:fs/promises';
import { z } from 'zod';
import type { AppOptions } from './app-options.ts';
import { modesOf } from './modes.ts';
import type { Presence } from './nodes/presence.ts';
import {
  WARNINGS,
  type Health,
  type Installation,
  type Mode,
  type Warning,
} from './portal/operator/installation.ts';
import type { Store } from './store/store.ts';
import { VERSION } from './version.ts';

/** How the process was started, as far as operators are told: never a secret, only whether there is one. */
export interface Settings {
  /** Unset: everything this process keeps is in a database that others look after. */
  readonly dataDir: string | undefined;
  readonly hasExternalDatabase: boolean;
  readonly hasGivenSecret: boolean;
  readonly hasHandoffSecret: boolean;
  readonly hasDeclaredFile: boolean;
  readonly logLevel: string;
}

export const UNTOLD: Settings = {
  dataDir: undefined,
  hasExternalDatabase: true,
  hasGivenSecret: true,
  hasHandoffSecret: false,
  hasDeclaredFile: false,
  logLevel: 'info',
};

/** Less than this, and the embedded database may soon have no room to write. */
const DISK_BYTES_MIN = 1024 ** 3;
const journalSchema = z.object({ entries: z.array(z.object({ tag: z.string() })) });

/** What operators read of the installation that this process is a part of. */
export function createInstallation({
  hasSecret,
  hearsChanges,
  limitsAreShared,
  options,
  presence,
  store,
}: {
  store: Store;
  presence: Presence;
  options: Omit<AppOptions, 'masterSecret' | 'handoffSecret'>;
  hearsChanges: () => boolean;
  /** Undefined: there is nothing to share them by. */
  limitsAreShared: () => boolean | undefined;
  /** False: LATCHKEY_SECRET has been rotated, and this process has the former one. */
  hasSecret: () => boolean;
}): Installation {
  const settings = options.settings ?? UNTOLD;
  const startedMs = performance.now();
  // As this process brought them along: an update may already lie on the disk.
  const migrationsKnown = readMigrations();
  migrationsKnown.catch(() => undefined);

  async function readDatabase() {
    const before = performance.now();
    const { migrations, ...database } = await store.installation.readDatabase();
    const answeredMs = performance.now() - before;
    const { idleCount, totalCount, waitingCount } = store.pool;
    const pool = {
      used: totalCount - idleCount,
      idle: idleCount,
      waiting: waitingCount,
      max: store.pool.options.max,
    };
    return {
      migrations,
      database: { ...database, answeredMs, isExternal: settings.hasExternalDatabase, pool },
    };
  }

  return {
    async health(): Promise<Health> {
      // Asked after the rest, so that what is counted as used is not this page alone.
      const [nodes, { connectors, shared }, lastBackup = null, disk, known] = await Promise.all([
        presence.list(),
        store.installation.countCatalogues(),
        store.installation.lastBackup(),
        readDisk(settings.dataDir),
        migrationsKnown,
      ]);
      const { database, migrations } = await readDatabase();
      const health = {
        version: VERSION,
        runtime: `Node.js ${process.versions.node}`,
        uptimeSeconds: (performance.now() - startedMs) / 1000,
        database,
        migrations: { run: migrations, known: known.length, latest: known.at(-1) ?? '' },
        hearsChanges: hearsChanges(),
        connectors: { own: connectors - shared, shared },
        disk,
        nodes,
        lastBackup,
      };
      const around = { hasSecret: hasSecret(), limitsAreShared: limitsAreShared(), urls: urlsOf(options) };
      return { ...health, warnings: warningsOf(health, around) };
    },

    modes: (): Mode[] => modesOf(options, settings),
  };
}

function urlsOf({ mcpBaseUrl, webBaseUrl }: Pick<AppOptions, 'mcpBaseUrl' | 'webBaseUrl'>): string[] {
  return [...new Set([mcpBaseUrl, webBaseUrl])];
}

export function warningsOf(
  health: Omit<Health, 'warnings'>,
  {
    hasSecret,
    limitsAreShared,
    urls,
  }: { hasSecret: boolean; limitsAreShared: boolean | undefined; urls: readonly string[] },
): Warning[] {
  const { database, disk, hearsChanges, migrations, nodes } = health;
  const alive = nodes.filter(({ isAlive }) => isAlive);
  const holds: Readonly<Record<Warning, boolean>> = {
    no_https: urls.some((url) => url.startsWith('http:') && !isLoopback(new URL(url).hostname)),
    changes_unheard: !hearsChanges || alive.some((node) => !node.hearsChanges),
    secret_replaced: !hasSecret,
    shared_limits_away: limitsAreShared === false,
    migrations_missing: migrations.run < migrations.known,
    migrations_ahead: migrations.run > migrations.known,
    disk_low: disk !== null && disk.freeBytes < DISK_BYTES_MIN,
    versions_differ: new Set(alive.map(({ version }) => version)).size > 1,
    pool_exhausted: database.pool.waiting > 0,
  };
  return WARNINGS.filter((warning) => holds[warning]);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

async function readDisk(dataDir: string | undefined): Promise<Health['disk']> {
  if (dataDir === undefined) return null;
  // With DATABASE_URL and LATCHKEY_SECRET there may be no such folder.
  const found = await statfs(dataDir).catch(() => undefined);
  return found === undefined
    ? null
    : { freeBytes: found.bavail * found.bsize, sizeBytes: found.blocks * found.bsize };
}

async function readMigrations(): Promise<string[]> {
  const journal = await readFile(new URL('../migrations/meta/_journal.json', import.meta.url), 'utf8');
  return journalSchema.parse(JSON.parse(journal)).entries.map(({ tag }) => tag);
}
