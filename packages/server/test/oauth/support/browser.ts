import { unescapeHtml } from '../../../src/demo/html.ts';
/** What a page answered, with nothing followed. */
export interface Answer {
  status: number;
  headers: Headers;
  /** Absolute; undefined if it was no redirect. */
  location: string | undefined;
  html: string;
}

/**
 * A browser that an attacker could drive: it keeps cookies, follows nothing by itself, and sends the headers it is
 * told to. With a form it sends what a browser of today sends with a form of the page itself.
 */
export function createBrowser(url: string, { from }: { from?: string | undefined } = {}) {
  /** Where it is, as a proxy that the service trusts would say. */
  const place: Record<string, string> = from === undefined ? {} : { 'x-forwarded-for': from };
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (hostname: string) => {
    const jar = jars.get(hostname) ?? new Map<string, string>();
    jars.set(hostname, jar);
    return jar;
  };

  async function request(
    target: string,
    init: RequestInit,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const address = new URL(target, url);
    const cookies = jarOf(address.hostname);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = new Headers({
      accept: 'text/html',
      ...place,
      ...(cookie === '' ? {} : { cookie }),
      ...headers,
    });
    const response = await fetch(address, { ...init, redirect: 'manual', headers: sent });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, pair.slice(name.length + 1));
    }
    const location = response.headers.get('location');
    return {
      status: response.status,
      headers: response.headers,
      location: location === null ? undefined : new URL(location, address).href,
      html: await response.text(),
    };
  }

  const get = (target: string, headers: Record<string, string> = {}) => request(target, {}, headers);
  const post = (
    target: string,
    fields: Record<string, string> | [string, string][],
    headers: Record<string, string> = {},
  ) =>
    request(
      target,
      { method: 'POST', body: new URLSearchParams(fields) },
      { origin: url, 'sec-fetch-site': 'same-origin', ...headers },
    );

  /** Follows redirects to the first page that is none. */
  async function follow(target: string): Promise<Answer & { at: string }> {
    let at = new URL(target, url).href;
    for (;;) {
      const answer = await get(at);
      if (answer.location === undefined) return { ...answer, at };
      at = answer.location;
    }
  }

  return {
    /** Of the host at `url`. */
    cookies: jarOf(new URL(url).hostname),
    get,
    post,
    follow,

    async signIn(email: string, password: string): Promise<void> {
      const page = await get('/sign-in');
      const answer = await post('/sign-in', { ...hiddenFields(page.html), email, password });
      if (answer.status !== 303) throw new Error(`sign-in of ${email}: ${answer.status}`);
    },

    /** Opens an authorize URL up to the consent page: its hidden fields, and the page. */
    async open(authorizeUrl: string) {
      const page = await follow(authorizeUrl);
      const fields = hiddenFields(page.html);
      if (fields['transaction'] === undefined) throw new Error(`no consent page: ${page.status} ${page.at}`);
      return { ...page, fields };
    },

    decide: (
      fields: Record<string, string>,
      answer: { access?: string; organisation?: string; decision: string },
      headers: Record<string, string> = {},
    ) => post('/oauth/consent', { ...fields, ...answer }, headers),
  };
}

export type Browser = ReturnType<typeof createBrowser>;

/** The hidden fields of the form that decides or signs in: the last of the page that has each name. */
export function hiddenFields(html: string): Record<string, string> {
  const form = /<form\b[^>]*action="\/(?:oauth\/consent|sign-in)"[\s\S]*?<\/form>/.exec(html)?.[0] ?? '';
  const inputs = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
}

/** Where the page sends the browser by itself. */
export function returnUrl(answer: Answer): URL {
  const target = /<meta http-equiv="refresh" content="0;url=([^"]*)"/.exec(answer.html)?.[1];
  if (target === undefined)
    throw new Error(`the page sends nobody anywhere: ${answer.status} ${answer.html}`);
  return new URL(unescapeHtml(target));
}
