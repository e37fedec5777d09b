import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';

const ASSET_SECONDS = 365 * 24 * 60 * 60;
const ICON_SECONDS = 24 * 60 * 60;

function read(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`./assets/${name}`, import.meta.url)));
}

const stylesheet = read('pages.css');
const logo = read('logo.svg');
const icon = read('favicon.ico');
const passkeyScript = read('passkey.js');

/** Named after its content, so that it may be kept for good. */
export const STYLESHEET_PATH = `/assets/pages.css?v=${createHash('sha256').update(stylesheet).digest('hex').slice(0, 12)}`;
export const PASSKEY_SCRIPT_PATH = `/assets/passkey.js?v=${createHash('sha256').update(passkeyScript).digest('hex').slice(0, 12)}`;
export const LOGO_PATH = '/assets/logo.svg';
export const ICON_PATH = '/favicon.ico';

/** The stylesheet, the logo and the passkey button's script: all that the pages load. */
export function assetRoutes(): Hono {
  return (
    new Hono()
      .get('/assets/pages.css', (c) =>
        c.body(stylesheet, 200, served('text/css; charset=utf-8', maxAgeOf(c.req.query('v')))),
      )
      .get('/assets/passkey.js', (c) =>
        c.body(passkeyScript, 200, served('text/javascript; charset=utf-8', maxAgeOf(c.req.query('v')))),
      )
      .get(LOGO_PATH, (c) => c.body(logo, 200, served('image/svg+xml', ICON_SECONDS)))
      // Clients take a connector's icon from here, so other origins may show it.
      .get(ICON_PATH, (c) =>
        c.body(icon, 200, {
          ...served('image/x-icon', ICON_SECONDS),
          'Cross-Origin-Resource-Policy': 'cross-origin',
        }),
      )
  );
}

/** Under another address it may be of another release. */
function maxAgeOf(version: string | undefined): number {
  return version === undefined ? 0 : ASSET_SECONDS;
}

function served(contentType: string, maxAgeSeconds: number): Record<string, string> {
  const cacheControl = maxAgeSeconds === 0 ? 'no-cache' : `public, max-age=${maxAgeSeconds}`;
  return { 'Content-Type': contentType, 'Cache-Control': cacheControl };
}
