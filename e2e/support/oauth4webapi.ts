import * as oauth from 'oauth4webapi';
import { CALLBACK } from './mcp-app.ts';

/** It speaks https alone, unless it is told otherwise. */
export const ON_LOOPBACK = { [oauth.allowInsecureRequests]: true };

/** The authorization server's metadata, as the library reads and checks it. */
export async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const answer = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...ON_LOOPBACK });
  return oauth.processDiscoveryResponse(url, answer);
}

/** Sends a person to the authorize URL, and checks what comes back. Both are needed for the code. */
export async function authorize({
  server,
  client,
  resource,
  dpop,
  approve,
}: {
  server: oauth.AuthorizationServer;
  client: oauth.Client;
  resource: string;
  /** The code is bound to its key too. */
  dpop?: oauth.DPoPHandle;
  /** The person: from the authorize URL to where the browser is sent then. */
  approve: (authorizeUrl: string) => Promise<URL>;
}): Promise<{ parameters: URLSearchParams; verifier: string }> {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const authorizeUrl = new URL(server.authorization_endpoint ?? '');
  authorizeUrl.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    resource,
    ...(dpop === undefined ? {} : { dpop_jkt: await dpop.calculateThumbprint() }),
  }).toString();
  const callback = await approve(authorizeUrl.href);
  return { parameters: oauth.validateAuthResponse(server, client, callback, state), verifier };
}
