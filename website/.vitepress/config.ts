import { defineConfig } from 'vitepress';
import { checkSite } from './check-site.ts';
import { gatherPages } from './gather-pages.ts';
import { repositoryLinks } from './repository-links.ts';
import { sidebar } from './sidebar.ts';

gatherPages();

export default defineConfig({
  title: 'Latchkey',
  description: 'A self-hosted front door for AI clients to your API.',
  lang: 'en-GB',
  srcDir: './pages',
  outDir: './dist',
  markdown: {
    config: repositoryLinks,
    // As beside the code: the same fragment leads to the same heading.
    anchor: {
      slugify: (heading) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
          .replaceAll(' ', '-'),
    },
  },
  buildEnd: ({ outDir }) => checkSite(outDir),
  vite: { server: { host: '127.0.0.1' }, build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Quick start', link: '/docs/quickstart' },
      { text: 'Connect', link: '/docs/connect-apps' },
      { text: 'Self-hosting', link: '/docs/self-hosting' },
      { text: 'Troubleshooting', link: '/docs/troubleshooting' },
      { text: 'Reference', link: '/docs/commands' },
    ],
    sidebar: sidebar(),
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
