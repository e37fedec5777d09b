import { asString } from '../http/json.ts';
import { urlOf } from '../http/url.ts';
import { describe } from '../text/describe.ts';
import type { Check } from './check.ts';

const LINKS = ['resource_documentation', 'resource_policy_uri', 'resource_tos_uri'];
const SERVER_LINKS = ['service_documentation', 'op_policy_uri', 'op_tos_uri'];

export const d23: Check = {
  id: 'D23',
  stage: 'Listing',
  title: 'Icon, policy and terms can be read',
  async run(walk, book) {
    const icon = await walk.http.send({
      method: 'GET',
      url: `${walk.url.origin}/favicon.ico`,
      headOnly: true,
    });
    const isImage =
      icon.ok && icon.status === 200 && (icon.header('content-type') ?? '').startsWith('image/');
    if (!isImage) {
      book.note('no-icon', {
        seen: `/favicon.ico: ${describe(icon)}`,
        why: 'Claude shows the favicon of the origin, as it was when the connector was added.',
        fix: 'Serve an image at /favicon.ico of the connector’s origin.',
        source: 'claude-ai-mcp#152, #882',
      });
    }
    const links = [
      ...LINKS.map((name) => [name, asString(walk.resourceMetadata?.[name])] as const),
      ...SERVER_LINKS.map((name) => [name, asString(walk.server?.metadata[name])] as const),
    ];
    for (const [name, value] of links) {
      if (urlOf(value) === undefined || value === undefined) continue;
      const page = await walk.http.send({ method: 'GET', url: value, headOnly: true });
      if (page.ok && page.status < 400) continue;
      book.warn('dead-link', {
        seen: `${name}: ${describe(page)}`,
        why: 'People are shown it when they are asked to agree, and reviewers of a directory open it.',
        userSees: 'A link that leads nowhere.',
        fix: 'Publish the page, or leave the link out.',
        source: 'Anthropic, directory review criteria',
      });
    }
    if (links.every(([, value]) => value === undefined)) {
      book.note('no-links', {
        seen: 'no policy, terms or documentation named: a listing in a directory needs them',
      });
    }
    if (isImage) book.pass('the icon, and every page that is named');
  },
};
