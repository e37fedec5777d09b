import { isIP } from 'node:net';
import { z } from 'zod';
import { isHttpsUrl } from '../key-set-url.ts';

const URL_CHARACTERS_MAX = 2048;
const HTTPS_PORTS = ['', '443'];
/** Names that are never on the public internet. What any other name leads to is seen at each delivery. */
const OWN_NAME = /(?:^|\.)(?:localhost|local|internal|intranet|home\.arpa|lan)\.?$/i;

/** Where a webhook may be: a public name, by https, at the usual port. */
export const webhookUrlSchema = z.string().max(URL_CHARACTERS_MAX).refine(isWebhookUrl, {
  error: 'must be an https address of a public host, without a port, a password or a fragment',
});

export function isWebhookUrl(text: string): boolean {
  if (!isHttpsUrl(text)) return false;
  const { hostname, port } = new URL(text);
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !HTTPS_PORTS.includes(port)) return false;
  return /[^.]\.[^.]/.test(hostname) && !OWN_NAME.test(hostname);
}
