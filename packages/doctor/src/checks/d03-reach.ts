import type { Book } from '../book.ts';
import { DISCOVERY_TIMEOUT_MS, type NoAnswer } from '../http/http.ts';
import { probeTls } from '../http/tls-probe.ts';
import { initialize } from '../mcp/rpc.ts';
import { clean } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import type { Check } from './check.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EXPIRES_SOON_DAYS = 14;

export const d03: Check = {
  id: 'D3',
  stage: 'Address',
  title: 'It answers, under a certificate that verifies, without a redirect',
  async run(walk, book) {
    const { profile, url } = walk;
    const { answer } = await initialize(walk);
    if (!answer.ok) {
      unreached(walk, book, answer);
      return;
    }
    walk.challenged = answer;
    walk.bareStatus = answer.status;
    if (answer.status >= 300 && answer.status < 400) {
      walk.stopped = 'the connector only redirects';
      book.fail('redirect', {
        seen: `POST is answered by ${describe(answer)}`,
        why: 'Clients do not follow it: a POST would lose its body or its Authorization, and the resource would be another.',
        userSees: profile.words.authorization,
        fix: `Give people the URL that it leads to (${clean(answer.header('location') ?? 'unknown')}), or answer where they connect.`,
        source: 'Anthropic, connector documentation; claude-ai-mcp#888',
      });
      return;
    }
    if (url.protocol === 'https:') await handshake(walk, book);
    book.pass(`answers with ${describe(answer)} in ${answer.ms} ms`);
  },
};

function unreached(walk: Walk, book: Book, { fault, words }: NoAnswer): void {
  const { profile, url } = walk;
  walk.stopped = `${url.host} could not be asked: ${clean(words)}`;
  if (fault === 'certificate') {
    book.fail('certificate', {
      seen: clean(words),
      why: 'The certificate does not verify: expired, for another host, self-signed, or sent without its intermediate.',
      userSees: profile.words.authorization,
      fix: 'Serve a certificate of a public authority for this host, with the whole chain. For one of your own: NODE_EXTRA_CA_CERTS=<file> tells the doctor of its authority.',
      source: 'Anthropic, connector documentation',
    });
    return;
  }
  book.fail('no-answer', {
    seen: clean(words),
    why: 'No HTTP answer came back within ten seconds.',
    userSees: profile.words.unreachable,
    fix: 'See that the server runs, listens at this address and port, and that no firewall is in between.',
    source: 'Anthropic, connector documentation',
  });
}

async function handshake(walk: Walk, book: Book): Promise<void> {
  const details = await probeTls(walk.url, DISCOVERY_TIMEOUT_MS * walk.patience);
  if (details?.validTo === undefined) return;
  const days = Math.floor((details.validTo.getTime() - Date.now()) / DAY_MS);
  if (days < EXPIRES_SOON_DAYS) {
    book.warn('certificate-expires', {
      seen: `the certificate ends in ${days} days`,
      why: 'After that every client is cut off at once.',
      userSees: walk.profile.words.unreachable,
      fix: 'Renew it, and let that happen by itself.',
      source: 'own rule',
    });
  }
  book.note('handshake', { seen: `${details.protocol}, ${details.alpn ?? 'http/1.1'}` });
}
