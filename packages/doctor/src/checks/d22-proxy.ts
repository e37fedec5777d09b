import { isIP } from 'node:net';
import { isPublicAddress } from '../http/addresses.ts';
import { asString, asStrings } from '../http/json.ts';
import { isLoopbackHost, urlOf } from '../http/url.ts';
import { quoted } from '../text/clean.ts';
import { noSignIn, type Check } from './check.ts';

const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'registration_endpoint'];

export const d22: Check = {
  id: 'D22',
  stage: 'Discovery',
  title: 'Behind a proxy, the public addresses are named',
  blocked: noSignIn,
  run(walk, book) {
    const metadata = walk.server?.metadata ?? {};
    const named: [string, string | undefined][] = [
      ['resource_metadata', walk.pointer],
      ['resource', asString(walk.resourceMetadata?.['resource'])],
      ['authorization_servers', asStrings(walk.resourceMetadata?.['authorization_servers'])?.[0]],
      ...ENDPOINTS.map((name): [string, string | undefined] => [name, asString(metadata[name])]),
    ];
    if (named.every(([, value]) => value === undefined)) {
      book.notRun('there is no metadata that names an address (D7, D8)');
      return;
    }
    for (const [name, value] of named) {
      const url = urlOf(value);
      if (url === undefined) continue;
      const lostTls = walk.url.protocol === 'https:' && url.protocol === 'http:';
      const inside = isInside(url) && url.hostname !== walk.url.hostname;
      // The same machine under its other name is no proxy's doing.
      if (!lostTls && (!inside || (walk.local && isLoopbackHost(url.hostname)))) continue;
      book.fail(lostTls ? 'https-lost' : 'inner-address', {
        seen: `${name} is ${quoted(value)}`,
        why: 'The server builds its addresses from what its proxy tells it, and names one that nobody outside can use.',
        userSees: walk.profile.words.authorization,
        fix: 'Set the server’s public base URL, or have the proxy send X-Forwarded-Proto and X-Forwarded-Host, and the server trust it.',
        source: 'claude-ai-mcp#716; Claude, troubleshooting of connectors',
      });
      return;
    }
    book.pass('no address of the inside is named');
  },
};

function isInside({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return !host.includes('.') || /\.(local|internal|lan|svc|localhost|test)$/.test(host);
}
