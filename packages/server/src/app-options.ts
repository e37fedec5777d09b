import type { DocumentBudget } from './grants/client-documents/client-documents.ts';
import type { AddressGuardOptions } from './kernel/address-guard.ts';
import type { Clock } from './kernel/clock.ts';
import type { Log } from './kernel/log.ts';
import type { KeyEnvironment } from './keys/key-secret.ts';
import type { LimitPolicy } from './limits/limiter.ts';
import type { ResolveTxt } from './people/company/domains.ts';
import type { Store } from './store/store.ts';

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
  /** For tests of the limits. */
  unconfirmedClientsMax?: number;
  limits?: { perKey: LimitPolicy; perOrganisation: LimitPolicy };
  /** How clients' documents and the files of calls are reached. For tests alone, which bring an internet of their own. */
  addressGuard?: AddressGuardOptions;
  /** How the TXT records of domains are read. For tests alone. */
  resolveTxt?: ResolveTxt;
  documentBudget?: DocumentBudget;
  /** Where the dashboard was built. For tests alone, which build their own. */
  dashboardDirectory?: string;
}
