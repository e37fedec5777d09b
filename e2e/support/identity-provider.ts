import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { DocumentHost } from '../../packages/server/test/client-documents/support/document-host.ts';

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';

/** What an app may get at the provider: an admin there maps its own client to the one that the other server knows. */
export interface ConnectedApp {
  clientId: string;
  clientSecret: string;
  /** The other authorization server's issuer, and this app's client id there. */
  audience: string;
  clientIdThere: string;
}

/**
 * A company's identity provider (draft-ietf-oauth-identity-assertion-authz-grant section 4.3): metadata and keys on the
 * internet of the test, and a token endpoint at which apps exchange ID tokens. It knows nothing of ours.
 */
export async function startIdentityProvider(internet: DocumentHost, issuer: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const apps = new Map<string, ConnectedApp>();
  const jwks_uri = `${issuer}/oauth2/keys`;
  internet.publish(`${issuer}/.well-known/openid-configuration`, { issuer, jwks_uri });
  internet.publish(jwks_uri, {
    keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }],
  });

  const sign = (typ: string, claims: Record<string, unknown>) =>
    new SignJWT({ iss: issuer, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid, typ })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);

  async function exchange(form: URLSearchParams): Promise<object> {
    const app = apps.get(form.get('client_id') ?? '');
    if (app === undefined || app.clientSecret !== form.get('client_secret'))
      return { error: 'invalid_client' };
    const fits =
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:token-exchange' &&
      form.get('requested_token_type') === ID_JAG &&
      form.get('subject_token_type') === ID_TOKEN;
    if (!fits) return { error: 'invalid_request' };
    if (form.get('audience') !== app.audience) return { error: 'invalid_target' };
    const { payload } = await jwtVerify(form.get('subject_token') ?? '', publicKey, {
      issuer,
      audience: app.clientId,
    });
    const scope = form.get('scope');
    const resource = form.get('resource');
    const idJag = await sign('oauth-id-jag+jwt', {
      jti: randomUUID(),
      sub: payload.sub,
      email: payload['email'],
      aud: app.audience,
      client_id: app.clientIdThere,
      auth_time: Math.floor(Date.now() / 1000),
      amr: ['pwd', 'mfa'],
      ...(scope === null ? {} : { scope }),
      ...(resource === null ? {} : { resource }),
    });
    return { issued_token_type: ID_JAG, access_token: idJag, token_type: 'N_A', expires_in: 300 };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const result = await exchange(new URLSearchParams(body)).catch(() => ({ error: 'invalid_grant' }));
    response.writeHead('error' in result ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(result));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    issuer,
    tokenEndpoint: `http://127.0.0.1:${port}/oauth2/token`,
    connect: (app: ConnectedApp) => apps.set(app.clientId, app),
    /** What signing in to an app at the provider leaves it with. */
    signIn: (app: ConnectedApp, subject: string, email: string) =>
      sign('JWT', { sub: subject, email, aud: app.clientId }),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

export type RunningIdentityProvider = Awaited<ReturnType<typeof startIdentityProvider>>;
