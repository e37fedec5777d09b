import { z } from 'zod';
import type { Decision, World } from './world.ts';

/** What a tool call came back with. `said` is its first text block: a JSON object, or `{ text }`. */
export interface Outcome {
  failed: boolean;
  said: Record<string, unknown>;
  structured: Record<string, unknown> | undefined;
}

/** An app that a person has connected to Latchkey, built on one of the official client libraries. */
export interface McpApp {
  revision(): string | undefined;
  tools(): Promise<{ name: string; readOnly: boolean }[]>;
  call(name: string, args?: Record<string, unknown>): Promise<Outcome>;
  tokens(): { access: string; refresh: string };
  clientId(): string;
  /** Puts something useless in the place of the access token. */
  spoilAccessToken(): void;
  /** What the library threw away because the server refused it, in its own words. */
  invalidated: readonly string[];
  /** What the library found wrong with the answers, or could not do. */
  complaints: readonly string[];
  /** Where the library wanted to send its user's browser, the oldest first. */
  authorizeUrls: readonly string[];
  /** The user decides about the latest of them, and the library gets the callback. */
  approveAgain(decision: Decision): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions extends Decision {
  clientName: string;
  /** Path of the pasted URL. */
  path: string;
  /** By how much the service's clock is off while it issues the first tokens. */
  issuedAtOffsetMs?: number;
  /** Absent: it registers as a public client. */
  identity?: Identity;
}

/** How an app gets to a client id where it does not register as a public client. */
export interface Identity {
  /** The app's own document. */
  clientMetadataUrl?: string;
  /** What it registers for. */
  authMethod?: 'none' | 'client_secret_basic' | 'client_secret_post';
  /** What its developer was given. */
  credentials?: {
    client_id: string;
    client_secret: string;
    issuer: string;
    token_endpoint_auth_method: string;
  };
}

/** One of the libraries, and how it says that the person has to approve (again). */
export interface Library {
  name: string;
  revision: string;
  Unauthorized: new (message?: string) => Error;
  connect(world: World, options: ConnectOptions): Promise<McpApp>;
}

export const CALLBACK = 'http://127.0.0.1:33418/callback';

const objectSchema = z.record(z.string(), z.unknown());
const resultSchema = z.object({
  content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })], z.unknown()),
  structuredContent: objectSchema.optional(),
  isError: z.boolean().default(false),
});

export function readOutcome(result: unknown): Outcome {
  const { content, isError, structuredContent } = resultSchema.parse(result);
  return {
    failed: isError,
    said: content[0].text.startsWith('{')
      ? objectSchema.parse(JSON.parse(content[0].text))
      : { text: content[0].text },
    structured: structuredContent,
  };
}

/** What an app remembers of one connection; the libraries differ in the types alone. */
export function createMemory<
  Registration extends { client_id: string },
  Tokens extends { access_token: string; refresh_token?: string | undefined },
  Discovery,
>(clientName: string, { authMethod = 'none', clientMetadataUrl, credentials }: Identity = {}) {
  const state = crypto.randomUUID();
  const invalidated: string[] = [];
  const authorizeUrls: string[] = [];
  let registration = credentials as Registration | undefined;
  let tokens: Tokens | undefined;
  let discovery: Discovery | undefined;
  let verifier = '';
  return {
    provider: {
      redirectUrl: CALLBACK,
      clientMetadata: {
        client_name: clientName,
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: authMethod,
      },
      ...(clientMetadataUrl === undefined ? {} : { clientMetadataUrl }),
      state: () => state,
      clientInformation: () => registration,
      saveClientInformation: (saved: Registration) => void (registration = saved),
      tokens: () => tokens,
      saveTokens: (saved: Tokens) => void (tokens = saved),
      codeVerifier: () => verifier,
      saveCodeVerifier: (saved: string) => void (verifier = saved),
      discoveryState: () => discovery,
      saveDiscoveryState: (saved: Discovery) => void (discovery = saved),
      redirectToAuthorization: (url: URL) => void authorizeUrls.push(url.href),
      invalidateCredentials(scope: string) {
        invalidated.push(scope);
        if (scope === 'all' || scope === 'client') registration = undefined;
        if (scope === 'all' || scope === 'tokens') tokens = undefined;
        if (scope === 'all' || scope === 'discovery') discovery = undefined;
      },
    },
    state,
    invalidated,
    authorizeUrls,
    clientId: () => registration?.client_id ?? '',
    credentials: () => ({ access: tokens?.access_token ?? '', refresh: tokens?.refresh_token ?? '' }),
    spoilAccessToken() {
      if (tokens !== undefined) tokens = { ...tokens, access_token: 'not-a-token-of-ours' };
    },
  };
}

/** The person at the browser: from the latest authorize URL to what the browser is sent back with. */
export async function comeBack(
  world: World,
  memory: { authorizeUrls: readonly string[]; state: string },
  decision: Decision,
): Promise<URLSearchParams> {
  const { searchParams } = await world.approve(memory.authorizeUrls.at(-1) ?? '', decision);
  if (searchParams.get('state') !== memory.state) throw new Error('the state came back changed');
  return searchParams;
}
