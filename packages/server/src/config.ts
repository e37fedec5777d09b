import { resolve } from 'node:path';
import { z } from 'zod';
import { faultOfNetwork } from './kernel/networks.ts';
import { fail, ok, type Result } from './kernel/result.ts';
import { CALL_VARIABLES, callSettingsOf, type CallSettings } from './config-calls.ts';
import { AUDIT_DAYS_MIN } from './kernel/audit-days.ts';
import { wholeNumber } from './config-number.ts';
import { readTelemetry } from './config-telemetry.ts';
import type { TelemetrySettings } from './telemetry/settings.ts';

const HANDOFF_SECRET_CHARACTERS_MIN = 32;
/** Where all of Claude's hosted connectors come from, as its makers say. */
const CLAUDE_EGRESS = '160.79.104.0/21';

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .transform((url) => new URL(url))
  .refine((url) => url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '', {
    error: 'must be an origin alone, such as https://mcp.example.com: no path, query or user',
  })
  .transform((url) => url.origin);

/** Addresses and networks, separated by commas; each fault is a sentence of its own. */
const networkList = z.string().transform((list, context) => {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    const fault = faultOfNetwork(name);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  }
  return names;
});

const environmentSchema = z.object({
  PORT: wholeNumber(0, 65535).default(4747),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_MCP_BASE_URL: baseUrl.optional(),
  PUBLIC_WEB_BASE_URL: baseUrl.optional(),
  OAUTH_HANDOFF_SECRET: z
    .string()
    .min(HANDOFF_SECRET_CHARACTERS_MIN, { error: 'must have at least 32 characters' })
    .optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' })
    .refine((url) => /^\/?\d*$/.test(new URL(url).pathname), {
      error: 'must end with the number of a database, or with nothing: redis://host:6379/0',
    })
    .optional(),
  LATCHKEY_DATA_DIR: z.string().min(1).default('./.latchkey'),
  LATCHKEY_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
  LATCHKEY_SECRET_PREVIOUS: z.string().optional(),
  LATCHKEY_CONNECTOR_PATHS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((path) => path.trim())
        .filter((path) => path !== ''),
    )
    .pipe(
      z.array(
        z.string().regex(/^(\/[A-Za-z0-9._~-]+)+$/, {
          error: 'must be paths such as /api/ext/mcp, separated by commas',
        }),
      ),
    ),
  TRUSTED_PROXIES: networkList.default([]),
  SHARED_EGRESS_CIDRS: networkList.default([CLAUDE_EGRESS]),
  IMPORT_PRIVATE_CIDRS: networkList.default([]),
  LATCHKEY_DRAIN_SECONDS: wholeNumber(0, 600).optional(),
  LATCHKEY_AUDIT_DAYS: wholeNumber(AUDIT_DAYS_MIN, 3650).optional(),
  LATCHKEY_CONFIG: z.string().min(1).optional(),
  ...CALL_VARIABLES,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Where the MCP and API doors and the authorization server are reached. Unset: http://localhost:<port>. */
  readonly mcpBaseUrl: string | undefined;
  /** Where people sign in and consent. Unset: the same as the doors. */
  readonly webBaseUrl: string | undefined;
  readonly handoffSecret: string | undefined;
  readonly databaseUrl: string | undefined;
  /** Where the limits of all nodes are counted. Unset: each node counts for itself. */
  readonly redisUrl?: string | undefined;
  readonly dataDir: string;
  /** Master secret for encryption at rest. Unset: generated into the data directory on first start. */
  readonly secret: string | undefined;
  /** For `latchkey secrets rotate` alone: what the database is sealed under until then. */
  readonly previousSecret?: string | undefined;
  readonly connectorPaths: readonly string[];
  /** Proxies whose X-Forwarded-For is believed, as addresses and networks. Unset: none. */
  readonly trustedProxies?: readonly string[];
  /** Networks from which a hosted client reaches us for very many people. Unset: none. */
  readonly sharedEgress?: readonly string[];
  /** Networks of our own that connectors made on the dashboard may reach. Unset: none. */
  readonly importPrivateNetworks?: readonly string[];
  /** How long a stop goes on serving, for calls to go elsewhere. Unset: only where there are other nodes. */
  readonly drainSeconds?: number | undefined;
  /** For how many days audit rows of no organisation are kept. Unset: for ever. */
  readonly unownedAuditDays?: number | undefined;
  /** A YAML or JSON file that declares organisations and connectors. */
  readonly configFile: string | undefined;
  /** The whole environment, for what that file takes from it. Unset: it takes nothing. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** How many calls there may be in a minute, under way, and by the month. Unset: as with none of their variables. */
  readonly calls?: CallSettings | undefined;
  /** Metrics and traces. Unset: as with none of their variables. */
  readonly telemetry?: TelemetrySettings | undefined;
}

/**
 * The only reader of the environment. A failure lists every fault at once, a line each. `apart`: this process serves
 * one half of two hosts, and they must agree about everything that joins them.
 */
export function readConfig(
  environment: NodeJS.ProcessEnv = process.env,
  { apart = false }: { apart?: boolean } = {},
): Result<Config, string[]> {
  // An empty variable means the same as an unset one: compose files and CI systems write it that way.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  const telemetry = readTelemetry(given);
  if (!parsed.success || !telemetry.ok) {
    const issues = parsed.error?.issues ?? [];
    return fail([
      ...issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      ...(telemetry.ok ? [] : telemetry.error),
    ]);
  }
  const read = parsed.data;
  const missing = apart ? findMissing(read) : [];
  if (missing.length > 0) return fail(missing);
  const differ =
    read.PUBLIC_WEB_BASE_URL !== undefined && read.PUBLIC_WEB_BASE_URL !== read.PUBLIC_MCP_BASE_URL;
  if (differ && read.OAUTH_HANDOFF_SECRET === undefined) {
    return fail([
      'OAUTH_HANDOFF_SECRET: must be set (at least 32 characters, the same on both hosts) when PUBLIC_WEB_BASE_URL is another host than PUBLIC_MCP_BASE_URL',
    ]);
  }
  return ok({
    port: read.PORT,
    host: read.HOST,
    mcpBaseUrl: read.PUBLIC_MCP_BASE_URL,
    webBaseUrl: read.PUBLIC_WEB_BASE_URL,
    handoffSecret: read.OAUTH_HANDOFF_SECRET,
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    dataDir: resolve(read.LATCHKEY_DATA_DIR),
    secret: read.LATCHKEY_SECRET,
    previousSecret: read.LATCHKEY_SECRET_PREVIOUS,
    connectorPaths: read.LATCHKEY_CONNECTOR_PATHS,
    trustedProxies: read.TRUSTED_PROXIES,
    sharedEgress: read.SHARED_EGRESS_CIDRS,
    importPrivateNetworks: read.IMPORT_PRIVATE_CIDRS,
    drainSeconds: read.LATCHKEY_DRAIN_SECONDS,
    unownedAuditDays: read.LATCHKEY_AUDIT_DAYS,
    configFile: read.LATCHKEY_CONFIG === undefined ? undefined : resolve(read.LATCHKEY_CONFIG),
    variables: environment,
    logLevel: read.LOG_LEVEL,
    calls: callSettingsOf(read),
    telemetry: telemetry.value,
  });
}

/** What two hosts share. Each would otherwise be made up or guessed, differently on each. */
const SHARED_BY_TWO_HOSTS = {
  PUBLIC_MCP_BASE_URL: 'where the world reaches the gateway',
  PUBLIC_WEB_BASE_URL: 'where people reach the web host',
  OAUTH_HANDOFF_SECRET: 'at least 32 characters; it signs the way between the two',
  DATABASE_URL: 'one PostgreSQL for both',
  LATCHKEY_SECRET: 'at least 32 characters; what one host seals, the other opens',
} as const;

function findMissing(read: z.infer<typeof environmentSchema>): string[] {
  const faults = Object.entries(SHARED_BY_TWO_HOSTS)
    .filter(([name]) => read[name as keyof typeof SHARED_BY_TWO_HOSTS] === undefined)
    .map(([name, what]) => `${name}: must be set with --only, the same on both hosts (${what})`);
  if (read.PUBLIC_MCP_BASE_URL !== undefined && read.PUBLIC_MCP_BASE_URL === read.PUBLIC_WEB_BASE_URL) {
    faults.push('PUBLIC_WEB_BASE_URL: must be another origin than PUBLIC_MCP_BASE_URL with --only');
  }
  return faults;
}
