import { readdirSync, readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';
import { ORDER } from '../order.ts';

const DOCS = new URL('../../docs/', import.meta.url);

/** By its first heading. */
function itemOf(page: string): DefaultTheme.SidebarItem {
  const [, title = page] = /^# (.+)$/m.exec(readFileSync(new URL(`${page}.md`, DOCS), 'utf8')) ?? [];
  return { text: title.replaceAll('`', ''), link: `/docs/${page}` };
}

function pagesIn(folder: string): string[] {
  return readdirSync(new URL(folder, DOCS))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}${file.slice(0, -'.md'.length)}`)
    .toSorted();
}

/** A page that nobody has put into the order comes after it, so that it is found all the same. */
export function sidebar(): DefaultTheme.SidebarItem[] {
  const placed = new Set(ORDER.flatMap(([, pages]) => pages));
  const others = pagesIn('').filter((page) => !placed.has(page));
  return [
    ...ORDER.map(([text, pages]) => ({
      text,
      collapsed: text !== 'Begin',
      items: pages.map(itemOf),
    })),
    ...(others.length === 0 ? [] : [{ text: 'More', items: others.map(itemOf) }]),
    { text: 'Decisions', collapsed: true, items: pagesIn('decisions/').map(itemOf) },
    {
      text: 'The project',
      collapsed: true,
      items: [
        { text: 'Changelog', link: '/CHANGELOG' },
        { text: 'Security', link: '/SECURITY' },
        { text: 'Architecture', link: '/ARCHITECTURE' },
        { text: 'Conventions', link: '/CONVENTIONS' },
      ],
    },
  ];
}
