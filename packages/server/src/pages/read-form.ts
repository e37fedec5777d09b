import type { Context } from 'hono';
import { AppError } from '../kernel/errors.ts';

const FORM_BYTES_MAX = 16 * 1024;

/**
 * The named fields of a posted form; one that is missing is empty. Throws `unsupported_media_type`, `payload_too_large`
 * or, for a field given twice, `invalid_request`: two readers of such a form could see two different things.
 */
export async function readForm<Field extends string>(
  c: Context,
  fields: readonly Field[],
): Promise<Record<Field, string>> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
    throw new AppError('unsupported_media_type', 'Send the form as application/x-www-form-urlencoded.');
  }
  const sent = new URLSearchParams(await readText(c));
  const entries = fields.map((field) => {
    const [value = '', ...more] = sent.getAll(field);
    if (more.length > 0) throw new AppError('invalid_request', `The field ${field} was sent more than once.`);
    return [field, value] as const;
  });
  return Object.fromEntries(entries) as Record<Field, string>;
}

async function readText(c: Context): Promise<string> {
  const tooLarge = () => new AppError('payload_too_large', 'The form is larger than 16 KiB.');
  if (Number(c.req.header('content-length') ?? 0) > FORM_BYTES_MAX) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > FORM_BYTES_MAX) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
