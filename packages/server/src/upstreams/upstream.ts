import { z } from 'zod';

const NAME_OF_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' });

/** How an MCP server is reached, as it is stored. No secret stands in it: see `sealed-environment.ts`. */
export const mcpUpstreamSchema = z.discriminatedUnion('transport', [
  z.strictObject({ transport: z.literal('streamable-http'), url: httpUrl }),
  /** HTTP+SSE of 2024-11-05: `url` is where its stream is opened. */
  z.strictObject({ transport: z.literal('sse'), url: httpUrl }),
  z.strictObject({
    transport: z.literal('stdio'),
    /** A program and its arguments: no shell reads them. */
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    /** Absolute; unset: a new empty folder for each process. */
    cwd: z.string().startsWith('/').optional(),
    /** The whole environment of the process, beside PATH, HOME, LANG and TMPDIR. Stored, its values are sealed. */
    env: z.record(z.string().regex(NAME_OF_VARIABLE), z.string()).default({}),
  }),
]);

export type McpUpstream = z.infer<typeof mcpUpstreamSchema>;
export type HttpUpstream = Extract<McpUpstream, { transport: 'streamable-http' | 'sse' }>;
export type StdioUpstream = Extract<McpUpstream, { transport: 'stdio' }>;
