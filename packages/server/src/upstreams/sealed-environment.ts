import { seal, unseal } from '../kernel/seal.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import type { McpUpstream } from './upstream.ts';

/** Whose environment it is: what is sealed for one connector opens for no other. */
export interface EnvironmentOwner {
  readonly orgId: OrganisationId | null;
  readonly slug: string;
}

/** The variables of a child process hold secrets, so that their values are stored sealed. */
export interface SealedEnvironment {
  /** As it is stored. Of a server behind HTTP nothing changes. */
  seal(upstream: McpUpstream, owner: EnvironmentOwner): McpUpstream;
  /** As it is run. Throws if the values were sealed with another master secret, or for another connector. */
  open(upstream: McpUpstream, owner: EnvironmentOwner): McpUpstream;
}

export function createSealedEnvironment(key: Uint8Array): SealedEnvironment {
  return {
    seal: (upstream, owner) =>
      withEnvironment(upstream, (name, value) => seal(key, value, contextOf(owner, name))),
    open: (upstream, owner) =>
      withEnvironment(upstream, (name, value) => unseal(key, value, contextOf(owner, name))),
  };
}

function withEnvironment(
  upstream: McpUpstream,
  change: (name: string, value: string) => string,
): McpUpstream {
  if (upstream.transport !== 'stdio') return upstream;
  const entries = Object.entries(upstream.env).map(([name, value]) => [name, change(name, value)]);
  return { ...upstream, env: Object.fromEntries(entries) as Record<string, string> };
}

function contextOf({ orgId, slug }: EnvironmentOwner, name: string): string {
  return `environment of ${orgId ?? '*'} ${slug} ${name}`;
}
