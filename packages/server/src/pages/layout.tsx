import { html } from 'hono/html';
import type { Child, FC } from 'hono/jsx';
import { ICON_PATH, LOGO_PATH, STYLESHEET_PATH } from './assets.ts';

export interface PageProps {
  /** Of the browser's tab; the page's own heading is among its children. */
  readonly title: string;
  /** Stands above the sheet: what the visitor came for. */
  readonly strip?: Child | undefined;
  /** Stands below the sheet: the account in use, a way out. */
  readonly aside?: Child;
  /** Where the browser goes by itself: to the app, after an answer. */
  readonly refresh?: string;
  readonly children?: Child;
}

/** One narrow sheet on a quiet ground. A page is rendered with `document(<Page …>)`. */
export const Page: FC<PageProps> = ({ title, strip, aside, refresh, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      {refresh === undefined ? null : <meta http-equiv="refresh" content={`0;url=${refresh}`} />}
      <title>{`${title} · Latchkey`}</title>
      <link rel="stylesheet" href={STYLESHEET_PATH} />
      <link rel="icon" href={ICON_PATH} sizes="32x32" />
      <link rel="icon" href={LOGO_PATH} type="image/svg+xml" />
    </head>
    <body>
      <header class="masthead">
        <img src={LOGO_PATH} alt="" width="32" height="32" />
        <span class="wordmark">Latchkey</span>
      </header>
      <main>
        {strip === undefined ? null : <div class="strip">{strip}</div>}
        <div class="sheet">{children}</div>
        {aside === undefined ? null : <div class="aside">{aside}</div>}
      </main>
    </body>
  </html>
);

/** The whole document, for `c.html()`. */
export function document(page: Child): ReturnType<typeof html> {
  return html`<!doctype html>${page}`;
}
