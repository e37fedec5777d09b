import type { ClientProfile } from './clients/profile.ts';
import type { Answer, Http } from './http/http.ts';
import type { JsonObject } from './http/json.ts';
import type { AuthorizationServer } from './oauth/authorization-server.ts';
import type { Secrets } from './text/secrets.ts';

/** What one examination is about, and what the checks so far have learnt. A check writes only what it found out. */
export interface Walk {
  /** As it was typed. */
  readonly typed: string;
  readonly url: URL;
  /** On this machine: nothing of DNS, TLS and firewalls can be judged. */
  readonly local: boolean;
  /** Whether the server can be expected to reach the internet, to read clients' documents. */
  readonly egress: boolean;
  readonly http: Http;
  readonly secrets: Secrets;
  readonly thorough: boolean;
  /** What waiting and slowness are multiplied by. */
  readonly patience: number;
  readonly callsTool: boolean;
  readonly approver: Approver | undefined;
  /** A client that was registered by hand. */
  readonly givenClient: Client | undefined;
  /** An access token that was given; then nobody signs in. */
  readonly givenToken: string | undefined;

  /** Its user agents change if a firewall refuses them, to see what is behind it. */
  profile: ClientProfile;
  /** Why nothing more can be looked at. */
  stopped: string | undefined;
  /** Answers without a token. */
  open: boolean;
  /** Lets anybody in, and asks for the token later. */
  late: boolean;
  /** Why the token endpoint's answers say nothing more. */
  tokenEndpointFault: string | undefined;
  /** The status of the answer to the first request. */
  bareStatus: number | undefined;
  /** The 401 to the first request. */
  challenged: Answer | undefined;
  /** What its WWW-Authenticate says. */
  challengeScope: string | undefined;
  pointer: string | undefined;
  resourceMetadata: JsonObject | undefined;
  server: AuthorizationServer | undefined;
  /** The client that the doctor signs in with. */
  client: Client | undefined;
  /** A sign-in that came back with a code. */
  signedIn: SignedIn | undefined;
  /** Why there was no sign-in. */
  notSignedIn: string | undefined;
  grant: Grant | undefined;
  /** The session of an open connector. */
  openSession: string | undefined;
  tools: readonly JsonObject[] | undefined;
  /** Answers with 403 to a request that had a token. */
  readonly forbidden: Answer[];
  /** What the server asked of the client before it answered. */
  readonly asked: Set<string>;
}

export interface Client {
  readonly id: string;
  readonly secret?: string | undefined;
  readonly method: string;
  readonly redirectUri: string;
  /** How it came by its id, for people. */
  readonly how: string;
}

export interface SignedIn {
  readonly code: string;
  readonly verifier: string;
  readonly client: Client;
}

export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly client: Client | undefined;
  /** `Mcp-Session-Id` of the session that was opened, if the server has such. */
  session: string | undefined;
}

/** Why somebody is asked to approve. One sign-in is enough unless the examination is thorough. */
export type SignInPurpose = 'connect' | 'replay' | 'reuse' | 'deny';

/** Whoever opens the authorize URL in a browser and brings back where it ended. */
export interface Approver {
  /** Where the browser is sent back to. */
  readonly redirectUri: string;
  /** The URL that the browser was sent back to; undefined if it did not come back. */
  approve(request: { authorizeUrl: string; purpose: SignInPurpose }): Promise<string | undefined>;
}

/** The resource as it is sent to the authorization server. */
export function resourceOf(walk: Walk): string {
  const url = new URL(walk.url);
  url.hash = '';
  return url.pathname === '/' && url.search === '' ? url.origin : url.href;
}
