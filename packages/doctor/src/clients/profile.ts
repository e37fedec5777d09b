export const CLIENT_NAMES = ['claude', 'claude-code', 'chatgpt', 'cursor', 'vscode', 'gemini'] as const;
export type ClientName = (typeof CLIENT_NAMES)[number];

/** How one client behaves, as far as its vendor, its source or reports from the field say. */
export interface ClientProfile {
  readonly name: ClientName;
  readonly label: string;
  /** Its vendor's servers make the requests: a public https address is needed. */
  readonly hosted: boolean;
  readonly userAgents: { readonly mcp: string; readonly oauth: string };
  readonly clientInfo: { readonly name: string; readonly version: string };
  readonly protocolVersion: string;
  /** Its client id metadata document, if it has one; used where the server takes such. */
  readonly clientDocument?: { readonly id: string; readonly redirectUri: string };
  /** What it posts to the registration endpoint. */
  readonly registrations: readonly Registration[];
  /** It sends no `scope` to the authorization endpoint. */
  readonly asksNoScope: boolean;
  /** What its user is shown, where it goes wrong. */
  readonly words: ClientWords;
}

export interface Registration {
  readonly label: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface ClientWords {
  readonly unreachable: string;
  readonly noSignIn: string;
  readonly authorization: string;
  readonly registration: string;
  readonly noTools: string;
  readonly later: string;
}

/** For programs on the user's machine, whose words differ between versions. */
export const LOCAL_WORDS: ClientWords = {
  unreachable: 'The server is shown as failed; the log says that the connection was not possible.',
  noSignIn: 'The server is shown as failed; no browser opens to sign in.',
  authorization: 'The browser opens on an error, or the app says that authentication failed.',
  registration: 'The app says that it could not register, before any browser opens.',
  noTools: 'The server is shown as connected, without (some of) its tools.',
  later: 'It works at first; later the app asks to sign in again, or its tools are gone.',
};
