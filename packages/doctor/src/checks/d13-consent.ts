import type { Book } from '../book.ts';
import type { Answer } from '../http/http.ts';
import { asStrings } from '../http/json.ts';
import { authorizeUrl, newPkce } from '../oauth/authorize-url.ts';
import { visit } from '../oauth/visit.ts';
import { clean } from '../text/clean.ts';
import type { Walk } from '../walk.ts';
import { noClient, type Check } from './check.ts';
import { asksToSignIn } from './d13/sign-in-page.ts';

export const d13: Check = {
  id: 'D13',
  stage: 'Authorization',
  title: 'The page that people see asks them, cannot be framed, and lets them go back',
  blocked: noClient,
  async run(walk, book) {
    const { client } = walk;
    if (client === undefined) return;
    const visited = await visit(walk, authorizeUrl(walk, { client, pkce: newPkce(), state: 'doctor-page' }));
    if (visited.end === 'code') {
      book.warn('nobody-asked', {
        seen: 'a code was sent back at once, without a page',
        why: 'Whoever gets somebody to open a link has access to the tools in their name.',
        userSees: 'The browser opens and closes again.',
        fix: 'Ask for agreement, naming the client and where its code goes.',
        source: 'MCP security best practices, "Confused Deputy Problem"',
      });
      return;
    }
    if (visited.page === undefined || visited.end !== 'page') {
      book.notRun('there is no page to look at (D12)');
      return;
    }
    headers(walk, book, visited.page);
    if (visited.cookies.some((cookie) => /;\s*samesite=strict/i.test(cookie))) {
      book.warn('cookie-strict', {
        seen: 'a cookie with SameSite=Strict',
        why: 'The browser comes from the client’s site and does not send it: people have to sign in again, or lose their place.',
        userSees: 'The sign-in page, again and again.',
        fix: 'SameSite=Lax for what the sign-in needs.',
        source: 'RFC 6265bis section 5.6.7',
      });
    }
    if (asksToSignIn(visited.page.body)) {
      book.note('behind-sign-in', {
        seen: 'the page asks to sign in first: what the one after it says cannot be seen from here',
      });
    } else {
      names(walk, book, visited.page);
    }
    book.note('by-hand', {
      seen: 'not looked at: pressing Allow twice, the back button (they take a browser)',
    });
    book.pass('cannot be framed');
  },
};

function headers(walk: Walk, book: Book, page: Answer): void {
  const policy = page.header('content-security-policy') ?? '';
  const ancestors = /frame-ancestors\s+([^;]+)/i.exec(policy)?.[1]?.trim();
  const framed = page.header('x-frame-options') ?? '';
  if (ancestors === undefined && !/^(deny|sameorigin)$/i.test(framed)) {
    book.warn('can-be-framed', {
      seen: 'neither frame-ancestors nor X-Frame-Options',
      why: 'Another site can show the page in a frame and have people press Allow without seeing it.',
      userSees: 'Nothing; it is an attack on the user.',
      fix: "Content-Security-Policy: frame-ancestors 'none'",
      source: 'MCP security best practices; RFC 9700 section 4.16',
    });
  }
  const action = /form-action\s+([^;]*)/i.exec(policy)?.[1]?.trim();
  if (action === undefined || action.includes('*')) return;
  const target = new URL(
    asStrings(walk.profile.registrations[0]?.body['redirect_uris'])?.[0] ?? 'about:blank',
  );
  if (action.includes(target.host) && target.host !== '') return;
  const detail = {
    seen: `form-action ${clean(action)}`,
    why: 'Chromium checks the whole chain of redirects after a form: if Allow is answered by a redirect to the client, nothing happens.',
    userSees: 'People press Allow, and stay on the page.',
    fix: 'Answer Allow with a page that leads on by itself (meta refresh or a link), or leave form-action out.',
    source: 'fastmcp#3369, metamcp#170, polar-flow#119',
  };
  if (asksToSignIn(page.body)) book.note('form-action', detail);
  else book.warn('form-action', detail);
}

function names(walk: Walk, book: Book, { body }: Answer): void {
  const host = new URL(walk.client?.redirectUri ?? 'about:blank').hostname;
  if (host !== '' && !body.includes(host)) {
    book.note('address-not-shown', {
      seen: `the page does not name ${host}, where the code goes`,
      why: 'Anybody can register under the name of a known client; the address is what tells them apart.',
      fix: 'Show the host of the return address.',
      source: 'MCP security best practices; claude documentation on consent',
    });
  }
}
