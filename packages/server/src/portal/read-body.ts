import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../kernel/errors.ts';

/** The JSON body, or a refusal that names each field that is wrong. */
export async function readBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const body: unknown = await context.req.json().catch(() => undefined);
  if (body === undefined) throw new AppError('invalid_request', 'The body is not JSON.');
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    throw new AppError('invalid_request', faults.join('; '));
  }
  return parsed.data;
}
