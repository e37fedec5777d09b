import type { Reach } from '@latchkey/tools';
import type { Connector } from '../store/queries/connectors.ts';

/** How far calls of a connector may reach: an organisation's admins are not those who run this network. */
export function reachOf({ managedBy }: Pick<Connector, 'managedBy'>): Reach | undefined {
  return managedBy === 'organisation' ? 'public' : undefined;
}
