import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * What a build must hold beyond what VitePress looks at: each link inside leads to a page that is there and to a heading
 * that is on it, and no page asks another host for anything. Throws with all that does not.
 */
export async function checkSite(folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true })).map((file) => join(folder, file));
  const pages = new Map<string, string>();
  for (const file of files.filter((name) => name.endsWith('.html')))
    pages.set(file, await readFile(file, 'utf8'));
  const faults = [...pages].flatMap(([file, html]) =>
    [
      ...brokenLinks(file, html, folder, pages).map((link) => `leads nowhere: ${link}`),
      ...foreignRequests(html).map((url) => `asks another host: ${url}`),
    ].map((fault) => `${relative(folder, file)} ${fault}`),
  );
  for (const file of files.filter((name) => name.endsWith('.css'))) {
    const css = await readFile(file, 'utf8');
    for (const [, url] of css.matchAll(/(?:url\(|@import\s+)["']?((?:https?:)?\/\/[^"')]+)/g))
      faults.push(`${relative(folder, file)} asks another host: ${url}`);
  }
  if (pages.size < 10) faults.push(`there are only ${pages.size} pages`);
  if (faults.length > 0) throw new Error(`the site is not whole:\n${faults.join('\n')}`);
  process.stdout.write(
    `${pages.size} pages: each link leads somewhere, and nothing is asked of another host\n`,
  );
}

function brokenLinks(
  file: string,
  html: string,
  folder: string,
  pages: ReadonlyMap<string, string>,
): string[] {
  const links = [...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map(([, href = '']) => href);
  return [...new Set(links)].filter((href) => {
    if (/^[a-z][a-z+.-]*:|^\/\//i.test(href)) return false;
    const [path = '', fragment] = decodeURIComponent(href.replaceAll('&amp;', '&')).split('#');
    const target =
      path === '' ? file : path.startsWith('/') ? join(folder, path) : resolve(dirname(file), path);
    const found = pages.get(target) ?? pages.get(join(target, 'index.html')) ?? pages.get(`${target}.html`);
    if (found === undefined) return true;
    return fragment !== undefined && fragment !== '' && !found.includes(`id="${fragment}"`);
  });
}

/** What a browser fetches by itself. Links that a person follows are none. */
function foreignRequests(html: string): string[] {
  const tags = html.match(/<(?:script|link|img|iframe|source|video|audio)\b[^>]*>/g) ?? [];
  return tags.flatMap((tag) => {
    if (/rel="(?:canonical|alternate)"/.test(tag)) return [];
    const [, url] = /\b(?:src|href|srcset)="((?:https?:)?\/\/[^"]*)"/.exec(tag) ?? [];
    return url === undefined ? [] : [url];
  });
}
