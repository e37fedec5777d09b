import type { Access } from '../api/types.ts';

/** What is tried out as whom, as it stands in the address. `connector` may be left out where the name says enough. */
export interface PlaygroundSearch {
  tool?: string | undefined;
  connector?: string | undefined;
  agent?: string | undefined;
  access?: Access | undefined;
}

export function readPlaygroundSearch(search: Record<string, unknown>): PlaygroundSearch {
  const { access } = search;
  return {
    ...text(search, 'tool'),
    ...text(search, 'connector'),
    ...text(search, 'agent'),
    ...(access === 'read' || access === 'full' ? { access } : {}),
  };
}

function text(search: Record<string, unknown>, name: string): Record<string, string> {
  const value = search[name];
  return typeof value === 'string' && value !== '' ? { [name]: value } : {};
}
