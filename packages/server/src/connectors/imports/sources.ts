import { isIP } from 'node:net';
import { z } from 'zod';

/** Where an import comes from, as it is stored and as the dashboard's API has it. */
export const importSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('url'), url: z.string() }),
  z.strictObject({ kind: z.literal('upload'), file_name: z.string().nullable() }),
  z.strictObject({
    kind: z.literal('mcp'),
    url: z.string(),
    transport: z.enum(['streamable-http', 'sse']),
  }),
]);

export type ImportSource = z.infer<typeof importSourceSchema>;

/** What is wrong with the address of a document, in a sentence; undefined: nothing that can be seen. */
export function faultOfAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return 'This is no address. It begins with https://.';
  const url = new URL(text);
  if (url.protocol !== 'https:') return 'The address must begin with https://.';
  if (url.username !== '' || url.password !== '')
    return 'The address must not hold a user or a password. Upload the document instead.';
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return 'The address must have a host name.';
  if (url.port !== '') return 'The address must not name a port.';
  return undefined;
}

/** The same of where calls go. A network of the operator's may be named by http and by address: it is asked then. */
export function faultOfUpstream(text: string, { isMcp }: { isMcp: boolean }): string | undefined {
  if (!URL.canParse(text)) return 'This is no address. It begins with https://.';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'The address must begin with https://.';
  if (url.username !== '' || url.password !== '') return 'The address must not hold a user or a password.';
  if (url.hash !== '' || text.includes('#')) return 'The address must not have a part after #.';
  if (!isMcp && url.search !== '') return 'The address must not have a part after ?.';
  return undefined;
}
