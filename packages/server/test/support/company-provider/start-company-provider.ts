import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { AddressGuardOptions } from '../../../src/kernel/address-guard.ts';
import { newCertificate, PUBLIC_ADDRESS } from '../../client-documents/support/document-host.ts';
import { createVisitor } from './visitor.ts';

const PROGRAM = fileURLToPath(new URL('./provider-process.mjs', import.meta.url));

export interface IssuerOptions {
  readonly issuer: string;
  readonly clientId?: string;
  readonly clientSecret?: string | undefined;
  /** Where Latchkey's callback is; without a port, at any of this computer. */
  readonly redirectUri: string;
  /** Otherwise they are at the userinfo endpoint alone, as OpenID Connect has it. */
  readonly claimsInIdToken?: boolean;
}

export interface AccountClaims {
  readonly email?: string | undefined;
  readonly email_verified?: unknown;
  readonly name?: string;
  readonly groups?: unknown;
}

type Reply = { kind: 'ready'; port: number } | { kind: 'done'; id: number };

/** `oidc-provider` as a process of its own, at these issuers on the internet of the test. */
export async function startCompanyProvider(issuers: readonly IssuerOptions[]) {
  const certificate = await newCertificate(issuers.map(({ issuer }) => new URL(issuer).hostname));
  const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  const waiting = new Map<number, () => void>();
  let asked = 0;
  const ready = new Promise<number>((resolve, reject) => {
    child.on('message', (reply: Reply) => {
      if (reply.kind === 'ready') resolve(reply.port);
      else waiting.get(reply.id)?.();
    });
    child.on('exit', (code) => reject(new Error(`the provider ended with ${code}`)));
  });
  child.send({
    kind: 'start',
    ...certificate,
    issuers: issuers.map(
      ({ claimsInIdToken = false, clientId = 'latchkey', clientSecret, issuer, redirectUri }) => ({
        issuer,
        claimsInIdToken,
        clients: [
          {
            client_id: clientId,
            redirect_uris: [redirectUri],
            // Of such a client the port of a loopback address is free (RFC 8252 section 7.3).
            application_type: new URL(redirectUri).port === '' ? 'native' : 'web',
            ...(clientSecret === undefined
              ? { token_endpoint_auth_method: 'none' }
              : { client_secret: clientSecret }),
          },
        ],
      }),
    ),
  });
  const port = await ready;

  const dialled: string[] = [];
  const guard: AddressGuardOptions = {
    ca: certificate.cert,
    resolve: async () => [PUBLIC_ADDRESS],
    dial: (address) => {
      dialled.push(address);
      return connect({ host: '127.0.0.1', port });
    },
  };

  return {
    guard,
    dialled,
    port,
    cert: certificate.cert,
    /** What the provider says of who signs in there with this login. */
    account(issuer: string, subject: string, claims: AccountClaims): Promise<void> {
      asked += 1;
      const id = asked;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        child.send({ kind: 'account', id, issuer, subject, claims });
      });
    },
    /** A browser of its own at the provider. */
    visitor: () => createVisitor({ port, ca: certificate.cert }),
    async close(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}

export type CompanyProviderProcess = Awaited<ReturnType<typeof startCompanyProvider>>;
