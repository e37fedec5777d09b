import type { Connector } from '../api/types.ts';

/** What is looked for among the connectors, as it stands in the address. */
export interface ConnectorsSearch {
  q?: string;
}

export function readConnectorsSearch({ q }: Record<string, unknown>): ConnectorsSearch {
  return typeof q === 'string' && q !== '' ? { q } : {};
}

export function textOfConnector({ name, slug }: Connector): string {
  return `${name} ${slug}`;
}
