import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';
import { GATHERED } from './gather-pages.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Pages link to files of the repository that are no pages (tests, programs, folders): on the site such a link is the
 * text alone. One that leads to no file at all fails the build, as a dead link to a page does.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository_links', (state) => {
    const env = state.env as { relativePath?: string };
    for (const { children } of state.tokens) {
      let drops = 0;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = token.attrGet('href') ?? '';
          if (drops > 0 || !leadsToFile(href, env.relativePath ?? '')) continue;
          drops += 1;
          token.tag = 'span';
          token.attrs = [['title', 'In the repository']];
        } else if (token.type === 'link_close' && drops > 0) {
          drops -= 1;
          token.tag = 'span';
        }
      }
    }
  });
}

function leadsToFile(href: string, page: string): boolean {
  const [path = ''] = href.split('#');
  if (path === '' || /^[a-z][a-z+.-]*:|^\//i.test(path)) return false;
  const target = join(dirname(page), decodeURIComponent(path)).replace(/\/$/, '');
  // A page that is not there is VitePress's to find.
  if (isPage(target) || isPage(`${target}.md`)) return false;
  if (!existsSync(join(ROOT, target))) throw new Error(`${page} links to ${path}, which is not there`);
  return true;
}

function isPage(path: string): boolean {
  return path.endsWith('.md') && GATHERED.some((part) => path === part || path.startsWith(`${part}/`));
}
