import type { CompileOptions } from '@latchkey/tools';
import { z } from 'zod';

const selectors = z.array(z.string().min(1).max(500)).max(500);
const names = z.array(z.string().min(1).max(200)).max(100);

/** How the tools of a connector are offered: docs/catalogue-modes.md. */
export const offeringFields = {
  /** How its tools are offered. */
  mode: z.enum(['auto', 'full', 'search']).default('auto'),
  /** Tools to list even where the others are searched. */
  pinned: z.array(z.string().min(1).max(500)).max(15).default([]),
  /** Selectors by slug; absent: a toolset for each tag. */
  toolsets: z.record(z.string(), selectors).optional(),
  /** Where the API is explained to people; absent: as the document says. */
  docs_url: z.url({ protocol: /^https?$/ }).optional(),
};

/** What becomes of a document: docs/importing.md. Of a field that is absent the compiler has the default. */
export const compileFields = {
  /** Selectors: what none of them selects is left out. */
  include: selectors.optional(),
  /** Selectors of what is left out. */
  exclude: selectors.optional(),
  /** Deprecated operations become tools too. */
  deprecated: z.boolean().optional(),
  /** Access by selector. */
  access: z.record(z.string().min(1).max(500), z.enum(['read', 'full'])).optional(),
  /** Selectors of tools that change things but destroy none. */
  additive: selectors.optional(),
  /** Path of an OpenAPI Overlay 1.0, from the folder of the file that says this. */
  overlay: z.string().min(1).optional(),
  /** The document in an archive, if not the one nearest to its top. */
  entry: z.string().min(1).optional(),
  /** Security schemes that the connector's credential satisfies. */
  security: names.optional(),
  /** Where the credential goes, if no scheme of the document says it. */
  credentials: z
    .array(z.strictObject({ in: z.enum(['query', 'header', 'cookie']), name: z.string().min(1).max(200) }))
    .max(20)
    .optional(),
  /** Hosts to which operations with a server of their own may go. */
  server_hosts: names.optional(),
  refs: z.enum(['cut', 'defs']).optional(),
  form_arrays: z.enum(['repeat', 'indices', 'brackets']).optional(),
  output_schemas: z.boolean().optional(),
  select: z.boolean().optional(),
};

const offeringSchema = z.strictObject(offeringFields);
const compileSchema = z.strictObject(compileFields);

export function offeringOf({ docs_url, mode, pinned, toolsets }: z.infer<typeof offeringSchema>) {
  return defined({ mode, pinned, toolsets, docsUrl: docs_url }) satisfies CompileOptions;
}

/** The options as the compiler takes them. The overlay is a path there and a text here: the caller has read it. */
export function compileOptionsOf(
  declared: z.infer<typeof compileSchema>,
  overlay: Uint8Array | undefined,
): CompileOptions & { readonly entry?: string } {
  const { deprecated, include } = declared;
  return defined({
    include: defined({ deprecated, operations: include }),
    exclude: declared.exclude,
    access: declared.access,
    additive: declared.additive,
    overlay,
    entry: declared.entry,
    security: declared.security,
    credentials: declared.credentials,
    serverHosts: declared.server_hosts,
    refs: declared.refs,
    formArrays: declared.form_arrays,
    outputSchemas: declared.output_schemas,
    select: declared.select,
  });
}

/** Without the fields that are undefined: an option that is not there has a default. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
