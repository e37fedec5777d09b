import { z } from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { mcpUpstreamSchema, type McpUpstream } from '../upstreams/upstream.ts';
import { readSecretValue, secretValueSchema, type Surroundings } from './secret-value.ts';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .refine((text) => new URL(text).username === '' && new URL(text).password === '' && !text.includes('#'), {
    error: 'must have no user, no password and no fragment',
  });

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ARGUMENTS_MAX = 200;
const VARIABLES_MAX = 200;

/** How LATCHKEY_CONFIG says where an MCP server is: docs/mcp-servers.md. */
export const mcpServerSchema = z.discriminatedUnion(
  'transport',
  [
    z.strictObject({ transport: z.literal('streamable-http'), url }),
    z.strictObject({ transport: z.literal('sse'), url }),
    z.strictObject({
      transport: z.literal('stdio'),
      /** A program and its arguments: no shell reads them. */
      command: z.string().min(1),
      args: z.array(z.string()).max(ARGUMENTS_MAX).default([]),
      cwd: z.string().startsWith('/', { error: 'must be an absolute path' }).optional(),
      env: z
        .record(z.string().regex(VARIABLE), secretValueSchema)
        .refine((env) => Object.keys(env).length <= VARIABLES_MAX, {
          error: `must have at most ${VARIABLES_MAX} variables`,
        })
        .default({}),
    }),
  ],
  { error: 'transport must be streamable-http, sse or stdio' },
);

/** With every value of the environment in the clear. The failure is a sentence. */
export async function readMcpServer(
  declared: z.infer<typeof mcpServerSchema>,
  surroundings: Surroundings,
): Promise<Result<McpUpstream, string>> {
  if (declared.transport !== 'stdio') return ok(declared);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(declared.env)) {
    const read = await readSecretValue(value, surroundings);
    if (!read.ok) return fail(`env ${name}: ${read.error}`);
    // No process can be started with it, and the fault would show the value.
    if (read.value.includes('\0')) return fail(`env ${name}: the value holds a NUL`);
    env[name] = read.value;
  }
  return ok(mcpUpstreamSchema.parse({ ...declared, env }));
}
