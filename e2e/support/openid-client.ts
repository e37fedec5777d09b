import * as openid from 'openid-client';
import { CALLBACK } from './mcp-app.ts';

/** An app that binds code and tokens to its key (RFC 9449), from the authorize URL to its first tokens. */
export async function connectBound(
  config: openid.Configuration,
  resource: string,
  approve: (authorizeUrl: string) => Promise<URL>,
) {
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
  const { href } = openid.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    dpop_jkt: await DPoP.calculateThumbprint(),
    state,
    resource,
  });
  const callback = await approve(href);
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  const tokens = await openid.authorizationCodeGrant(config, callback, checks, { resource }, { DPoP });
  return { DPoP, tokens };
}

/** One tools/call, with a proof of possession if `DPoP` is there. */
export function callTool(
  config: openid.Configuration,
  url: string,
  name: string,
  { accessToken, DPoP }: { accessToken: string; DPoP: openid.DPoPHandle | undefined },
): Promise<Response> {
  const body = { jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name, arguments: {} } };
  return openid.fetchProtectedResource(
    config,
    accessToken,
    new URL(url),
    'POST',
    JSON.stringify(body),
    new Headers({ 'content-type': 'application/json', accept: 'application/json' }),
    DPoP === undefined ? {} : { DPoP },
  );
}
