import { CLIENTS } from '../clients/clients.ts';
import { authorizeUrl, newPkce } from '../oauth/authorize-url.ts';
import { visit } from '../oauth/visit.ts';
import type { Client, Walk } from '../walk.ts';
import { noEndpoint, type Check } from './check.ts';
import { LOOPBACK } from '../oauth/register.ts';

/** Of clients that the doctor does not imitate otherwise. */
const MORE = [
  {
    label: 'Zed',
    id: 'https://zed.dev/oauth/client-metadata.json',
    redirectUri: 'http://127.0.0.1:33418/callback',
  },
  {
    label: 'Goose',
    id: 'https://goose-docs.ai/oauth/client-metadata.json',
    redirectUri: 'http://127.0.0.1:33418/oauth_callback',
  },
];

export const d10: Check = {
  id: 'D10',
  stage: 'Registration',
  title: 'The published identities of clients are taken',
  blocked: (walk) =>
    noEndpoint(walk) ??
    (walk.server?.takesDocuments === true ? undefined : 'client id metadata documents are not taken'),
  async run(walk, book) {
    const known = Object.values(CLIENTS).flatMap(({ clientDocument, label, name }) =>
      clientDocument === undefined ? [] : [{ label, own: name === walk.profile.name, ...clientDocument }],
    );
    const taken: string[] = [];
    const unknown: string[] = [];
    for (const { id, label, redirectUri, own } of [
      ...known,
      ...MORE.map((one) => ({ ...one, own: false })),
    ]) {
      const client: Client = { id, redirectUri, method: 'none', how: 'its published identity' };
      const visited = await visit(walk, authorizeUrl(walk, { client, pkce: newPkce(), state: 'document' }));
      if (visited.end === 'page' || visited.end === 'code') {
        taken.push(label);
        continue;
      }
      if (!walk.egress) {
        unknown.push(`${label} (${visited.seen})`);
        continue;
      }
      book.add(own ? 'fail' : 'warn', 'document-refused', {
        seen: `${label} (${id}): ${visited.seen}`,
        why: 'The server says that it reads such documents, so the client uses its own instead of registering; the server could not read it, or refused it.',
        userSees: own
          ? walk.profile.words.authorization
          : `${label}: an error page that says "unknown client".`,
        fix: `Let the server fetch ${id} (egress, proxy, address guard), and take what it says; or do not set client_id_metadata_document_supported.`,
        source: 'MCP authorization, "Client ID Metadata Documents"; lion-reader#977',
      });
    }
    walk.client ??= identityForDoctor(walk);
    if (unknown.length > 0) {
      book.notRun(
        `a local server may have no way out to read the documents of clients; not taken: ${unknown.join(', ')}`,
      );
    } else book.pass(taken.join(', '));
  },
};

/** Without registration there is one public identity whose return address is on this machine. */
function identityForDoctor(walk: Walk): Client | undefined {
  const document = CLIENTS['claude-code'].clientDocument;
  if (document === undefined) return undefined;
  const port = new URL(walk.approver?.redirectUri ?? LOOPBACK).port;
  return {
    id: document.id,
    method: 'none',
    redirectUri: `http://127.0.0.1:${port}/callback`,
    how: 'Claude Code’s published identity',
  };
}
