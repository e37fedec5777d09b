// A real OpenID provider in a process of its own: `oidc-provider` with its own pages for signing in, one for each
// issuer, behind one TLS port. Started and told what to do over IPC by start-company-provider.ts.
import { createServer } from 'node:https';
import Provider from 'oidc-provider';

const accounts = new Map();

function startIssuer({ issuer, clients, claimsInIdToken }) {
  const provider = new Provider(issuer, {
    clients,
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    },
    scopes: ['openid', 'email', 'profile', 'groups'],
    conformIdTokenClaims: !claimsInIdToken,
    cookies: { keys: ['a key for the cookies of a test'] },
    features: { devInteractions: { enabled: true } },
    // Whatever is typed as the login is the subject.
    async findAccount(_context, sub) {
      const claims = accounts.get(`${issuer} ${sub}`);
      return claims && { accountId: sub, claims: async () => ({ sub, ...claims }) };
    },
  });
  return provider.callback();
}

process.on('message', (message) => {
  if (message.kind === 'account') {
    accounts.set(`${message.issuer} ${message.subject}`, message.claims);
    process.send({ kind: 'done', id: message.id });
    return;
  }
  const handlers = new Map(message.issuers.map((one) => [new URL(one.issuer).host, startIssuer(one)]));
  const server = createServer({ key: message.key, cert: message.cert }, (request, response) => {
    const handle = handlers.get(request.headers.host);
    if (handle === undefined) response.writeHead(421).end();
    else handle(request, response);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1', () => process.send({ kind: 'ready', port: server.address().port }));
});
process.on('disconnect', () => process.exit(0));
