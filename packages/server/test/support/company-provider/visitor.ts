import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { unescapeHtml } from '../../../src/demo/html.ts';

const STEPS_MAX = 20;

interface Page {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly html: string;
}

/** A person's browser at the provider: keeps cookies, follows redirects and fills in the provider's own forms. */
export function createVisitor({ port, ca }: { port: number; ca: string }) {
  const cookies = new Map<string, string>();

  function ask(url: URL, form?: URLSearchParams): Promise<Page> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          servername: url.hostname,
          ca,
          path: url.pathname + url.search,
          method: form === undefined ? 'GET' : 'POST',
          headers: {
            host: url.host,
            accept: 'text/html',
            ...(cookie === '' ? {} : { cookie }),
            ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
        },
        (response) => {
          let html = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (html += chunk));
          response.on('end', () => {
            for (const line of response.headers['set-cookie'] ?? []) {
              const [pair = ''] = line.split(';');
              const at = pair.indexOf('=');
              if (pair.slice(at + 1) === '') cookies.delete(pair.slice(0, at));
              else cookies.set(pair.slice(0, at), pair.slice(at + 1));
            }
            resolve({ status: response.statusCode ?? 0, headers: response.headers, html });
          });
        },
      );
      sent.on('error', reject);
      sent.end(form?.toString());
    });
  }

  return {
    /** Signs in as `login` from the URL that Latchkey led to. Where the provider sends the browser back to. */
    async signIn(start: string, login: string): Promise<URL> {
      const { host } = new URL(start);
      let url = new URL(start);
      let form: URLSearchParams | undefined;
      for (let step = 0; step < STEPS_MAX; step += 1) {
        const page: Page = await ask(url, form);
        form = undefined;
        const { location } = page.headers;
        if (location !== undefined) {
          url = new URL(location, url);
          if (url.host !== host) return url;
          continue;
        }
        const action = /<form[^>]*action="([^"]+)"/.exec(page.html)?.[1];
        if (action === undefined)
          throw new Error(`no form at ${url.href}: ${page.status} ${page.html.slice(0, 500)}`);
        const prompt = /name="prompt" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
        url = new URL(unescapeHtml(action), url);
        form = new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'any' } : { prompt });
      }
      throw new Error('the provider leads in circles');
    },
  };
}
