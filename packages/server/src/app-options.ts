import type { Audit, AuditFigures } from './audit/audit.ts';
import type { CallSettings } from './config-calls.ts';
import type { Settings } from './installation.ts';
import type { DocumentBudget } from './grants/client-documents/client-documents.ts';
import type { AddressGuardOptions } from './kernel/address-guard.ts';
import type { Clock } from './kernel/clock.ts';
import type { Log } from './kernel/log.ts';
import type { KeyEnvironment } from './keys/key-secret.ts';
import type { LimitPolicy } from './limits/limiter.ts';
import type { ResolveTxt } from './people/company/domains.ts';
import type { Store } from './store/store.ts';
import type { TelemetrySettings } from './telemetry/settings.ts';
import type { WorkerPlace } from './workers/worker-place.ts';

/** The doors and the authorization server, or the pages and the dashboard. */
export type Half = 'gateway' | 'web';

export interface AppOptions {
  store: Store;
  mcpBaseUrl: string;
  webBaseUrl: string;
  connectorPaths: readonly string[];
  masterSecret: string;
  /** OAUTH_HANDOFF_SECRET; undefined where gateway and pages are one host. */
  handoffSecret: string | undefined;
  environment: KeyEnvironment;
  /** The half that this process serves, where gateway and web are two hosts; undefined: both. */
  only?: Half | undefined;
  clock: Clock;
  log: Log;
  /** Proxies whose X-Forwarded-For is believed, and networks of hosted clients: addresses and networks. */
  trustedProxies?: readonly string[] | undefined;
  sharedEgress?: readonly string[] | undefined;
  /** Networks of our own that connectors made on the dashboard may reach. */
  importPrivateNetworks?: readonly string[] | undefined;
  /** How the process was started, for operators to read. Unset: by a test. */
  settings?: Settings;
  /** REDIS_URL: the limits of all nodes are counted there. Unset: each process counts for itself. */
  redisUrl?: string | undefined;
  /** This process is one of several that share a port. */
  worker?: WorkerPlace | undefined;
  /** Who reads the metrics, and where traces go. Unset: the metrics are this machine's, and nothing is traced. */
  telemetry?: TelemetrySettings | undefined;
  /** A line in the log for each request at the doors. */
  logsRequests?: boolean;
  /** How many calls there may be in a minute, under way, and by the month. Unset: as with none of their variables. */
  calls?: CallSettings | undefined;
  /** For how many days audit rows of no organisation are kept. Unset: for ever. */
  unownedAuditDays?: number | undefined;
  /** For tests of the limits. */
  sharedLimitDeadlineMs?: number;
  unconfirmedClientsMax?: number;
  limits?: { perKey: LimitPolicy; perOrganisation: LimitPolicy };
  /** How clients' documents and the files of calls are reached. For tests alone, which bring an internet of their own. */
  addressGuard?: AddressGuardOptions;
  /** How the TXT records of domains are read. For tests alone. */
  resolveTxt?: ResolveTxt;
  documentBudget?: DocumentBudget;
  /** What stands around the trail. For measurements alone, of what a trail costs. */
  aroundAudit?: (audit: Audit & AuditFigures) => Audit & AuditFigures;
  /** Where the dashboard was built. For tests alone, which build their own. */
  dashboardDirectory?: string;
}
