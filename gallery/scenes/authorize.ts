import type { Page } from 'playwright-core';
import { authorizeUrl, newVerifier, register } from '../../packages/server/test/support/oauth-client.ts';
import type { Stage } from '../stage.ts';

export interface Request {
  /** Of the connector URL. */
  path: string;
  client?: { client_name?: string; redirect_uris?: string[] };
}

/** Opens what an app opens in the browser to be connected. */
export async function authorize(page: Page, { url }: Stage, { client = {}, path }: Request): Promise<void> {
  const { client_name = 'Notebook', redirect_uris = ['https://notebook.example/callback'] } = client;
  const { client_id } = await register(url, { client_name, redirect_uris });
  await page.goto(
    authorizeUrl(url, {
      client_id,
      redirect_uri: redirect_uris[0] ?? '',
      code_challenge: newVerifier().challenge,
      resource: url + path,
    }),
  );
}
