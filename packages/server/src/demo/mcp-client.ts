import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type FetchLike,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client';
import type { Step } from './person.ts';

const CALLBACK = 'http://127.0.0.1:33418/callback';

export type DemoClient = Awaited<ReturnType<typeof connect>>;

/**
 * The official MCP SDK client, as an app would use it: it gets nothing but the connector's URL. `approve` is the person
 * at the browser, who turns an authorize URL into the callback that the app is sent.
 */
export async function connect({
  connectorUrl,
  clientName,
  approve,
  onStep,
  versionNegotiation,
}: {
  connectorUrl: string;
  clientName: string;
  approve: (authorizeUrl: string) => Promise<URL>;
  onStep: (step: Step) => void;
  /** Absent: `auto`, which tries the newest revision first. */
  versionNegotiation?: 'auto' | 'legacy';
}) {
  const wire: FetchLike = async (input, init) => {
    const response = await fetch(input, init);
    onStep({ method: init?.method ?? 'GET', path: new URL(input).pathname, status: response.status });
    return response;
  };
  const provider = createProvider(clientName);
  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(connectorUrl), { authProvider: provider, fetch: wire });
  const newClient = () =>
    new Client(
      { name: clientName, version: '1.0.0' },
      { versionNegotiation: { mode: versionNegotiation ?? 'auto' } },
    );

  let transport = newTransport();
  let client = newClient();
  try {
    await client.connect(transport);
    throw new Error('the connector let an unknown client in');
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  const callback = await approve(provider.authorizeUrl());
  if (callback.searchParams.get('state') !== provider.state()) throw new Error('the state came back changed');
  await transport.finishAuth(callback.searchParams);
  await client.close();

  transport = newTransport();
  client = newClient();
  await client.connect(transport);
  return { client, provider, close: () => client.close() };
}

/** An app's memory of one connection: registration, verifier, tokens. */
function createProvider(clientName: string) {
  let registration: ReturnType<OAuthClientProvider['clientInformation']>;
  let tokens: ReturnType<OAuthClientProvider['tokens']>;
  let discovery: ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>;
  let verifier = '';
  let authorizeUrl = '';
  const state = crypto.randomUUID();
  return {
    redirectUrl: CALLBACK,
    clientMetadata: {
      client_name: clientName,
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => state,
    clientInformation: () => registration,
    saveClientInformation(information) {
      registration = information;
    },
    tokens: () => tokens,
    saveTokens(saved) {
      tokens = saved;
    },
    redirectToAuthorization(url) {
      authorizeUrl = url.href;
    },
    saveCodeVerifier(saved) {
      verifier = saved;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState(saved) {
      discovery = saved;
    },
    discoveryState: () => discovery,
    invalidateCredentials(scope) {
      if (scope === 'all' || scope === 'client') registration = undefined;
      if (scope === 'all' || scope === 'tokens') tokens = undefined;
      if (scope === 'all' || scope === 'discovery') discovery = undefined;
      if (scope === 'all' || scope === 'verifier') verifier = '';
    },
    authorizeUrl: () => authorizeUrl,
  } satisfies OAuthClientProvider & { authorizeUrl: () => string };
}
