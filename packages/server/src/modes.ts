import type { AppOptions } from './app-options.ts';
import { USUAL_CALLS } from './config-calls.ts';
import type { Settings } from './installation.ts';
import { FEATURES } from './oauth/features.ts';
import type { Mode } from './portal/operator/installation.ts';
import { NO_TELEMETRY } from './telemetry/settings.ts';

type Started = Omit<AppOptions, 'masterSecret' | 'handoffSecret'>;

/** How this process was started, and the variable that decides each: never a secret, only whether there is one. */
export function modesOf(options: Started, settings: Settings): Mode[] {
  const { connectorPaths, importPrivateNetworks = [], mcpBaseUrl, only, webBaseUrl } = options;
  const { sharedEgress = [], trustedProxies = [] } = options;
  return [
    { id: 'gateway', value: only !== 'web', variable: 'serve --only' },
    { id: 'web', value: only !== 'gateway', variable: 'serve --only' },
    { id: 'mcp_url', value: mcpBaseUrl, variable: 'PUBLIC_MCP_BASE_URL' },
    { id: 'web_url', value: webBaseUrl, variable: 'PUBLIC_WEB_BASE_URL' },
    { id: 'connector_paths', value: ['/mcp', ...connectorPaths], variable: 'LATCHKEY_CONNECTOR_PATHS' },
    { id: 'handoff_secret', value: settings.hasHandoffSecret, variable: 'OAUTH_HANDOFF_SECRET' },
    { id: 'external_database', value: settings.hasExternalDatabase, variable: 'DATABASE_URL' },
    { id: 'given_secret', value: settings.hasGivenSecret, variable: 'LATCHKEY_SECRET' },
    { id: 'declared_file', value: settings.hasDeclaredFile, variable: 'LATCHKEY_CONFIG' },
    { id: 'trusted_proxies', value: trustedProxies, variable: 'TRUSTED_PROXIES' },
    { id: 'shared_egress', value: sharedEgress, variable: 'SHARED_EGRESS_CIDRS' },
    { id: 'private_networks', value: importPrivateNetworks, variable: 'IMPORT_PRIVATE_CIDRS' },
    ...limitModes(options),
    { id: 'log_level', value: settings.logLevel, variable: 'LOG_LEVEL' },
    ...telemetryModes(options),
    ...FEATURES.grantTypes.map((type) => ({ id: `grant:${type}`, value: true, variable: null })),
    { id: 'client_auth', value: FEATURES.clientAuthMethods, variable: null },
    { id: 'dpop', value: FEATURES.dpopAlgorithms, variable: null },
  ];
}

function limitModes({ calls = USUAL_CALLS, redisUrl }: Started): Mode[] {
  const most = (limit: number | null) => (limit === null ? false : String(limit));
  const { perMinutePerKey, perMinutePerOrganisation } = calls;
  return [
    { id: 'shared_limits', value: redisUrl !== undefined, variable: 'REDIS_URL' },
    {
      id: 'calls_per_minute_key',
      value: most(perMinutePerKey),
      variable: 'LATCHKEY_CALLS_PER_MINUTE_PER_KEY',
    },
    {
      id: 'calls_per_minute_organisation',
      value: most(perMinutePerOrganisation),
      variable: 'LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION',
    },
    { id: 'calls_at_once', value: most(calls.atOnce), variable: 'LATCHKEY_CALLS_AT_ONCE' },
    {
      id: 'calls_at_once_organisation',
      value: most(calls.atOncePerOrganisation),
      variable: 'LATCHKEY_CALLS_AT_ONCE_PER_ORGANISATION',
    },
    { id: 'calls_at_once_key', value: most(calls.atOncePerKey), variable: 'LATCHKEY_CALLS_AT_ONCE_PER_KEY' },
    { id: 'monthly_calls', value: most(calls.monthlyCalls), variable: 'LATCHKEY_MONTHLY_CALLS' },
    { id: 'monthly_credits', value: most(calls.monthlyCredits), variable: 'LATCHKEY_MONTHLY_CREDITS' },
  ];
}

/** Where a collector is may have a password in it: whether there is one is enough. */
function telemetryModes({ telemetry = NO_TELEMETRY }: Started): Mode[] {
  const { address, logs, metricExport, token } = telemetry;
  const at = address === undefined ? false : `${address.host}:${address.port}`;
  return [
    { id: 'metrics_token', value: token !== undefined, variable: 'LATCHKEY_METRICS_TOKEN' },
    { id: 'metrics_address', value: at, variable: 'LATCHKEY_METRICS_ADDRESS' },
    { id: 'metrics_sent', value: metricExport !== undefined, variable: 'OTEL_METRICS_EXPORTER' },
    { id: 'audit_sent', value: logs !== undefined, variable: 'OTEL_LOGS_EXPORTER' },
  ];
}
