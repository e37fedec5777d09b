import type { Book } from '../book.ts';
import { asStrings } from '../http/json.ts';
import { authorizeUrl, newPkce, type Changes } from '../oauth/authorize-url.ts';
import { visit, type Visited } from '../oauth/visit.ts';
import { resourceOf, type Client, type Walk } from '../walk.ts';
import { noClient, type Check } from './check.ts';

export const d12: Check = {
  id: 'D12',
  stage: 'Authorization',
  title: 'The authorization endpoint takes what clients send, and refuses what it must',
  blocked: noClient,
  async run(walk, book) {
    const { client } = walk;
    if (client === undefined) return;
    const plain = await ask(walk, client, {});
    if (!isTaken(plain)) {
      walk.notSignedIn = 'the authorization endpoint refuses the request (D12)';
      book.fail('refused', {
        seen: `an ordinary request (${client.how}): ${plain.seen}`,
        why: 'The browser ends on an error instead of a page to sign in.',
        userSees: walk.profile.words.authorization,
        fix: 'Take a code request with PKCE S256, state, resource and the scopes that you list, for the return address that was registered.',
        source: 'MCP authorization, "Authorization Flow Steps"; RFC 6749 section 4.1.1',
      });
      return;
    }
    await tolerated(walk, book, client);
    await refused(walk, book, client);
    book.pass(`a page to sign in or to agree: ${plain.seen}`);
  },
};

function ask(walk: Walk, client: Client, changes: Changes): Promise<Visited> {
  return visit(walk, authorizeUrl(walk, { client, pkce: newPkce(), state: 'doctor-state', changes }));
}

/** A page, or a code at once. */
function isTaken({ end }: Visited): boolean {
  return end === 'page' || end === 'code';
}

/** What some clients send and others do not. */
async function tolerated(walk: Walk, book: Book, client: Client): Promise<void> {
  const { profile } = walk;
  const resource = resourceOf(walk);
  const otherPort = withPort(client.redirectUri, '49152');
  const listed = asStrings(walk.server?.metadata['scopes_supported']) ?? [];
  const variants: {
    rule: string;
    how: string;
    changes: Changes;
    own: boolean;
    fix: string;
    source: string;
  }[] = [
    {
      rule: 'no-scope-refused',
      how: 'without scope',
      changes: { scope: undefined },
      own: profile.asksNoScope,
      fix: 'Without scope, grant a default.',
      source: 'claude-code#12077, #90190; RFC 6749 section 3.3',
    },
    {
      rule: 'unknown-scope-refused',
      how: 'with a scope that is not known (claudeai)',
      changes: { scope: [...listed, 'claudeai'].join(' ') },
      own: false,
      fix: 'Leave out scopes that you do not know; do not answer invalid_scope.',
      source: 'modelcontextprotocol#653; RFC 6749 section 3.3',
    },
    {
      rule: 'no-resource-refused',
      how: 'without resource',
      changes: { resource: undefined },
      own: false,
      fix: 'Without resource, take the one that you have.',
      source: 'warp#9088; mcp-remote --disable-resource-parameter',
    },
    {
      rule: 'resource-slash-refused',
      how: 'with a slash at the end of resource',
      changes: { resource: `${resource}/` },
      own: false,
      fix: 'Compare resources in their canonical form.',
      source: 'mcp-auth-proxy#123',
    },
    {
      rule: 'resource-case-refused',
      how: 'with the scheme of resource in upper case',
      changes: { resource: resource.replace(/^https?/, (scheme) => scheme.toUpperCase()) },
      own: false,
      fix: 'Compare resources in their canonical form.',
      source: 'MCP authorization, "Canonical Server URI"',
    },
    ...(otherPort === undefined
      ? []
      : [
          {
            rule: 'loopback-port-refused',
            how: 'with another port of the loopback address',
            changes: { redirect_uri: otherPort },
            own: ['claude-code', 'gemini', 'vscode'].includes(profile.name),
            fix: 'Ignore the port of a loopback return address.',
            source: 'RFC 8252 section 7.3; claude-code#37747, #42301; vscode#278512',
          },
        ]),
  ];
  for (const { changes, fix, how, own, rule, source } of variants) {
    const visited = await ask(walk, client, changes);
    if (isTaken(visited)) continue;
    book.add(own ? 'fail' : 'warn', rule, {
      seen: `${how}: ${visited.seen}`,
      why: 'There are clients that send it so, and some send it so only at times.',
      userSees: profile.words.authorization,
      fix,
      source,
    });
  }
}

/** What no server may go on with. */
async function refused(walk: Walk, book: Book, client: Client): Promise<void> {
  const elsewhere = await ask(walk, client, { redirect_uri: 'https://attacker.example/callback' });
  if (elsewhere.callback !== undefined) {
    book.fail('open-redirect', {
      seen: `a return address that was never registered: ${elsewhere.seen}`,
      why: 'Anybody can have codes, or people, sent to an address of their own.',
      userSees: 'Nothing; it is an attack on the user.',
      fix: 'Compare the return address with the registered ones first; otherwise show an error page, never a redirect.',
      source: 'RFC 6749 section 4.1.2.1; RFC 9700 section 4.1',
    });
  } else if (isTaken(elsewhere)) {
    book.warn('wrong-redirect-shown', {
      seen: `a return address that was never registered: ${elsewhere.seen}`,
      why: 'It should be refused before anybody is asked to sign in; whether it is later cannot be seen from here.',
      userSees: 'Nothing.',
      fix: 'Compare the return address first, and show an error page with status 400.',
      source: 'RFC 6749 section 4.1.2.1',
    });
  }
  const none = await ask(walk, client, { code_challenge: undefined, code_challenge_method: undefined });
  const weak = await ask(walk, client, { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' });
  if (isTaken(none) || isTaken(weak)) {
    book.warn('pkce-optional', {
      seen: `${isTaken(none) ? 'without PKCE' : 'with PKCE plain'}: ${isTaken(none) ? none.seen : weak.seen}`,
      why: 'A stolen code is good for whoever has it.',
      userSees: 'Nothing; it is an attack on the user.',
      fix: 'Require code_challenge_method=S256 of every client.',
      source: 'RFC 9700 section 2.1.1; MCP authorization, "Authorization Code Protection"',
    });
  }
  const foreign = await ask(walk, client, { resource: 'https://other.example/mcp' });
  if (isTaken(foreign)) {
    book.warn('wrong-resource-taken', {
      seen: `a resource of another server: ${foreign.seen}`,
      why: 'A token for another server must not be made, and not be handed to this one.',
      userSees: 'Nothing, mostly; tokens are then often made for no resource, and some servers refuse those.',
      fix: 'Answer invalid_target to a resource that you do not know.',
      source: 'RFC 8707 section 2; workers-oauth-provider#108',
    });
  }
}

function withPort(redirectUri: string, port: string): string | undefined {
  const url = new URL(redirectUri);
  if (url.protocol !== 'http:') return undefined;
  url.port = port;
  return url.href;
}
