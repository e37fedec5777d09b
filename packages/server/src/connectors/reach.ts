import type { Reach } from '@latchkey/tools';
import type { Connector } from '../store/queries/connectors.ts';

/** How far calls of a connector may reach: an organisation's admins are not those who run this network. */
export function reachOf({ managedBy }: Pick<Connector, 'managedBy'>): Reach | undefined {
  return managedBy === 'organisation' ? 'public' : undefined;
}

/**
 * Whom a call shows its credential. The operator says to which other hosts a connector's credential goes
 * (`server_hosts`); an admin may name such hosts, but not have people's tokens, or another admin's secret, sent there.
 */
export function audienceOfCall(
  { baseUrl, reach }: { readonly baseUrl: string; readonly reach?: Reach | undefined },
  sentTo: string,
): string {
  return reach === 'public' && new URL(sentTo).origin !== new URL(baseUrl).origin ? sentTo : baseUrl;
}
