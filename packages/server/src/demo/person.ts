import { formsOf, refreshTarget, textOf } from './html.ts';

/** One request of the scripted person, as it went over the wire. */
export interface Step {
  method: string;
  path: string;
  status: number;
}

interface Page {
  url: URL;
  status: number;
  html: string;
}

const REDIRECTS_MAX = 10;

/**
 * A person with a plain browser: cookies, links and forms, no scripts. It reads the real pages, fills in their forms and
 * stops where the pages would send the browser away from `origins`.
 */
export function createPerson({
  origins,
  headers = {},
  onStep,
  onVisit,
}: {
  origins: readonly string[];
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>>;
  onStep?: (step: Step) => void;
  onVisit?: (url: URL) => void;
}) {
  const cookies = new Map<string, string>();

  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  async function request(url: URL, form?: Record<string, string>): Promise<Response> {
    onVisit?.(url);
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        ...headers,
        cookie: cookieHeader(),
        accept: 'text/html',
        ...(form === undefined ? {} : { origin: url.origin }),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals).trim();
      if (/max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, pair.slice(equals + 1));
    }
    onStep?.({ method: form === undefined ? 'GET' : 'POST', path: url.pathname, status: response.status });
    return response;
  }

  /** Follows redirects as long as they stay on the pages' own hosts. */
  async function visit(target: string | URL, form?: Record<string, string>): Promise<Page> {
    let url = new URL(target);
    let response = await request(url, form);
    for (let redirects = 0; redirects < REDIRECTS_MAX; redirects += 1) {
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status > 399) break;
      url = new URL(location, url);
      if (!origins.includes(url.origin)) throw new Error(`the pages redirected to ${url.origin}`);
      await response.body?.cancel();
      response = await request(url);
    }
    return { url, status: response.status, html: await response.text() };
  }

  function submit(page: Page, fields: Record<string, string>, hasField: string): Promise<Page> {
    const form = formsOf(page.html, page.url).find(({ html }) => html.includes(`name="${hasField}"`));
    if (form === undefined) {
      throw new Error(`${page.url.pathname} (${page.status}) has no form with the field ${hasField}`);
    }
    return visit(form.action, { ...form.hidden, ...fields });
  }

  return {
    visit,
    submit,
    cookieHeader,
    cookies: (): ReadonlyMap<string, string> => cookies,

    /** Opens an authorize URL, signs in where asked to, decides, and returns the URL that the client is sent back to. */
    async decide(
      authorizeUrl: string,
      decision: {
        email: string;
        password: string;
        access?: 'read' | 'full';
        organisation?: string;
        decision?: 'allow' | 'deny';
      },
    ): Promise<{ callback: URL; consentPage: string }> {
      let page = await visit(authorizeUrl);
      if (page.url.pathname === '/sign-in') {
        page = await submit(page, { email: decision.email, password: decision.password }, 'password');
      }
      const consentPage = page.html;
      const { access = 'read', organisation } = decision;
      page = await submit(
        page,
        {
          access,
          decision: decision.decision ?? 'allow',
          ...(organisation === undefined ? {} : { organisation }),
        },
        'decision',
      );
      const callback = refreshTarget(page.html);
      if (callback === undefined) throw new Error(`the decision was answered by: ${textOf(page.html)}`);
      return { callback: new URL(callback, page.url), consentPage };
    },
  };
}

export type Person = ReturnType<typeof createPerson>;
