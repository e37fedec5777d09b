import { createHandoff } from './oauth/handoff.ts';
import type { Store } from './store/store.ts';

/** What browsers are handed over with between the gateway and the web host, which may be one. */
export function wireHandoffs({
  store,
  secret,
  mcpBaseUrl,
  webBaseUrl,
}: {
  store: Store;
  secret: string | Uint8Array;
  mcpBaseUrl: string;
  webBaseUrl: string;
}) {
  const handoff = {
    secret,
    claimOnce: (jti: string, expiresAtSeconds: number) =>
      store.usedIds.claim('handoff', jti, expiresAtSeconds),
  };
  return {
    toWeb: createHandoff({ ...handoff, direction: 'to-web', issuer: mcpBaseUrl, audience: webBaseUrl }),
    toGateway: createHandoff({
      ...handoff,
      direction: 'to-gateway',
      issuer: webBaseUrl,
      audience: mcpBaseUrl,
    }),
  };
}
