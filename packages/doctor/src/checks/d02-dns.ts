import { isIP } from 'node:net';
import { addressesOf, hostOf, isPublicAddress } from '../http/addresses.ts';
import type { Check } from './check.ts';

export const d02: Check = {
  id: 'D2',
  stage: 'Address',
  title: 'DNS gives public IPv4 addresses',
  async run(walk, book) {
    const { local, profile, url } = walk;
    if (local) {
      book.notRun(
        `a local address: ${profile.hosted ? `${profile.label}'s servers cannot reach it, and ` : ''}DNS says nothing`,
      );
      return;
    }
    const found = await addressesOf(hostOf(url));
    const userSees = profile.words.unreachable;
    if (found.length === 0) {
      walk.stopped = `DNS has no address for ${url.hostname}`;
      book.fail('no-address', {
        seen: `DNS has no address for ${url.hostname}`,
        why: 'Nobody can connect to it.',
        userSees,
        fix: 'Add an A record to the public DNS zone, or mend the name.',
        source: 'Anthropic, connector documentation',
      });
      return;
    }
    const severity = profile.hosted ? 'fail' : 'note';
    if (!found.some((address) => isIP(address) === 4)) {
      book.add(profile.hosted ? 'fail' : 'warn', 'no-ipv4', {
        seen: `only IPv6: ${found.join(', ')}`,
        why: 'Claude’s servers connect by IPv4 alone.',
        userSees,
        fix: 'Add an A record.',
        source: 'claude-ai-mcp#85',
      });
    }
    const hidden = found.filter((address) => !isPublicAddress(address));
    if (hidden.length > 0) {
      book.add(severity, 'private-address', {
        seen: `not reachable from the internet: ${hidden.join(', ')}`,
        why: 'One answer that is not globally routable is enough for the connection to be refused.',
        userSees,
        fix: 'Publish public addresses only. (This machine may see another answer than the public: split DNS.)',
        source: 'Anthropic, connector documentation; claude-ai-mcp#716',
      });
    }
    book.pass(found.join(', '));
  },
};
