import { z } from 'zod';
import { ROLES } from '../../kernel/access.ts';
import { access, text, time } from '../shapes.ts';

export const PAGE_ITEMS_MAX = 100;
export const UPLOAD_BYTES_MAX = 32 * 1024 * 1024;
/** Of the JSON bodies of these routes. */
export const IMPORT_BODY_BYTES_MAX = 1024 * 1024;

const selector = text(500).min(1);
const selectors = z.array(selector).max(500);
const address = text(2048);

/** `METHOD /path` as the document writes the path; of an MCP server, the tool's name. */
const operationKey = text(20_000).min(1);

const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('url'), url: address }),
  z.strictObject({ kind: z.literal('upload'), file_name: text(200).nullable() }),
  z.strictObject({
    kind: z.literal('mcp'),
    url: address,
    transport: z.enum(['streamable-http', 'sse']).default('streamable-http'),
  }),
]);

/** A document of the public web (https, no redirects, 32 MB), or an MCP server. `connector`: what it is to replace. */
export const createImportSchema = z.strictObject({
  source: z.discriminatedUnion('kind', [sourceSchema.options[0], sourceSchema.options[2]]),
  connector: text(40).optional(),
});

/** What a person says of one operation. What is absent is as the document has it. */
const operationChoiceSchema = z.strictObject({
  /** False: no tool. */
  include: z.boolean().optional(),
  access: access.optional(),
  /** Why the access is another one than the method says. Asked for with `access`. */
  reason: text(300).optional(),
  name: text(48)
    .regex(/^[a-z][a-z0-9_]*$/, {
      error: 'must be lower-case letters, digits and underscores, a letter first',
    })
    .optional(),
  title: text(60).optional(),
  description: text(1000).optional(),
});

/** All that is decided about an import. The page sends back the whole of it. */
export const settingsSchema = z.strictObject({
  /** Part of the connector's URL. Null until a document was read: then one is proposed, as with name and base_url. */
  slug: text(40).nullable(),
  name: text(200).nullable(),
  /** Where calls go. Null for an MCP server. */
  base_url: address.nullable(),
  /** Selectors: `tag:x`, `method:GET`, `GET /path/**`, a name. Empty: all operations. */
  include: selectors,
  exclude: selectors,
  deprecated: z.boolean(),
  operations: z
    .record(operationKey, operationChoiceSchema)
    .refine((operations) => Object.keys(operations).length <= 5000, { error: 'must be 5,000 at most' }),
  mode: z.enum(['auto', 'full', 'search']),
  pinned: z.array(selector).max(15),
  /** Selectors by slug; null: a toolset for each tag. */
  toolsets: z.record(text(40), selectors).nullable(),
  /** Where the API is explained to people; null: as the document says. */
  docs_url: address.nullable(),
  /** Other hosts that operations of the document may go to. */
  server_hosts: z.array(text(253)).max(100),
  /** The schemes of the document that the credential satisfies; null: all that one can. */
  security: z.array(text(200)).max(100).nullable(),
  /** What becomes of tools that may write and come with a later document. */
  new_write_tools: z.enum(['wait', 'allow']),
  /** An OpenAPI Overlay 1.0, JSON or YAML; applied before everything else. */
  overlay: text(256 * 1024).nullable(),
});

/** `revision` is that of the importView which the person saw; 409 if somebody has changed the import since. */
export const changeSettingsSchema = z.strictObject({
  revision: z.int().min(1),
  settings: settingsSchema,
});

/** Secrets are write-only: no answer ever holds one. */
const credentialInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('assertion') }),
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer'), token: text(8192) }),
  z.strictObject({ kind: z.literal('basic'), username: text(500), password: text(8192) }),
  z.strictObject({ kind: z.literal('header'), name: text(100), value: text(8192) }),
  z.strictObject({ kind: z.literal('query'), name: text(100), value: text(8192) }),
  z.strictObject({
    kind: z.literal('oauth'),
    issuer: address.optional(),
    authorization_endpoint: address.optional(),
    token_endpoint: address.optional(),
    revocation_endpoint: address.optional(),
    client_id: text(2048).optional(),
    client_secret: text(8192).optional(),
    scopes: z.array(text(200)).max(50).optional(),
  }),
]);

/** Null: nothing is said; a connector that there is already keeps its own. */
export const changeCredentialSchema = z.strictObject({
  revision: z.int().min(1),
  credential: credentialInputSchema.nullable(),
});

export const setCredentialSchema = z.strictObject({ credential: credentialInputSchema });

/** A GET operation of the import without required arguments: see `testable` of operationList. */
export const testConnectionSchema = z.strictObject({ operation: operationKey });

export const publishSchema = z.strictObject({
  /** Of the importView or the diff that the person saw. */
  content_hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The connector's version that the diff was made against; null: there was no such connector. */
  base_version: z.int().min(1).nullable(),
  /** Names of new tools that may write and are offered at once. Those that are not ticked wait (Connectors, Tools). */
  ticked: z.array(text(100)).max(5000).default([]),
  note: text(300).default(''),
});

export const rollBackSchema = z.strictObject({
  /** The version whose tools come back. */
  to: z.int().min(1),
  /** The version that is published, as the person saw it. */
  base_version: z.int().min(1),
  note: text(300).default(''),
});

export const deleteConnectorSchema = z.strictObject({
  /** The version that is published, as the person saw it; null: it has none. */
  base_version: z.int().min(1).nullable(),
});

// ---- answers

/** A credential without its secret. */
export const credentialViewSchema = z.object({
  kind: z.enum(['assertion', 'none', 'bearer', 'basic', 'header', 'query', 'oauth', 'token_exchange']),
  /** The only origin that it is sent to; null: it holds no secret. */
  origin: z.string().nullable(),
  /** `username`, `name` of the header, client id: what is no secret. */
  label: z.string().nullable(),
  has_secret: z.boolean(),
});

const problemSchema = z.object({
  severity: z.enum(['error', 'warn', 'info']),
  code: z.string(),
  /** One sentence. Foreign text may be quoted in it. */
  message: z.string(),
  /** RFC 6901; empty: it is about the whole. */
  pointer: z.string(),
  /** From 1; null where it is not known. */
  line: z.int().nullable(),
  column: z.int().nullable(),
  operation: operationKey.nullable(),
  tool: z.string().nullable(),
  /** Merge `change` into `settings.operations[operation]` and send the settings: that mends it. Null: no safe mend. */
  fix: z.object({ label: z.string(), operation: operationKey, change: operationChoiceSchema }).nullable(),
});

const sizeSchema = z.object({
  /** Of the whole list as JSON. */
  bytes: z.int(),
  /** Estimated. */
  tokens: z.int(),
  mode: z.enum(['full', 'search']),
});

const reportSchema = sizeSchema.extend({
  title: z.string(),
  /** The document's servers, absolute ones only: proposals for base_url. */
  servers: z.array(z.string()),
  /** How the document says that callers prove who they are. */
  security: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      in: z.string().nullable(),
      parameter: z.string().nullable(),
      scheme: z.string().nullable(),
    }),
  ),
  operations: z.int(),
  tools: z.object({ read: z.int(), full: z.int() }),
  skipped: z.int(),
  problems: z.object({ error: z.int(), warn: z.int(), info: z.int() }),
  tags: z.array(z.object({ tag: z.string(), operations: z.int() })),
});

const importStateSchema = z.enum(['fetching', 'checking', 'ready', 'rejected', 'cancelled', 'published']);

const importHead = {
  id: z.string(),
  state: importStateSchema,
  source: sourceSchema,
  slug: z.string().nullable(),
  name: z.string().nullable(),
  created_by: z.object({ id: z.string(), name: z.string().nullable() }),
  created_at: time,
  /** It is deleted then. */
  expires_at: time,
};

export const importListSchema = z.object({
  items: z.array(z.object(importHead)),
  /** How many an organisation may have at once. */
  limit: z.int(),
});

export const importViewSchema = z.object({
  ...importHead,
  /** Grows with every change by anybody. */
  revision: z.int(),
  /** While it is fetched: bytes; while it is checked: operations. `total` null: not known. */
  progress: z.object({ done: z.int(), total: z.int().nullable() }).nullable(),
  document: z.object({ sha256: z.string(), bytes: z.int() }).nullable(),
  settings: settingsSchema,
  credential: credentialViewSchema.nullable(),
  /** With `rejected`: why. `code` is the compiler's, or `fetch_*`, `mcp_*`, `internal`. */
  rejection: z
    .object({
      code: z.string(),
      message: z.string(),
      line: z.int().nullable(),
      column: z.int().nullable(),
      hint: z.string().nullable(),
    })
    .nullable(),
  /** With `ready` and `published`. */
  report: reportSchema.nullable(),
  /** What publishing would take; changes with every change. Null: not ready. */
  content_hash: z.string().nullable(),
  /** The connector of the import's slug, as it is published now. */
  target: z.object({
    exists: z.boolean(),
    kind: z.enum(['openapi', 'mcp']).nullable(),
    base_version: z.int().nullable(),
  }),
  /** Why it cannot be published yet: a sentence each, and the settings' field that it is about. Empty: it can. */
  blockers: z.array(z.object({ code: z.string(), field: z.string().nullable(), message: z.string() })),
  /** With `published`. */
  published: z.object({ connector: z.string(), version: z.int() }).nullable(),
});

export const operationListSchema = z.object({
  items: z.array(
    z.object({
      operation: operationKey,
      method: z.string(),
      path: z.string(),
      /** Null: it is no tool; `skipped` says why. */
      tool: z
        .object({
          name: z.string(),
          title: z.string(),
          description: z.string(),
          access,
          bytes: z.int(),
          deprecated: z.boolean(),
        })
        .nullable(),
      skipped: z
        .object({
          code: z.string(),
          message: z.string(),
          /** What the document calls it. */
          summary: z.string().nullable(),
        })
        .nullable(),
      /** What the method alone would say. */
      access_by_method: access,
      tags: z.array(z.string()),
      choice: operationChoiceSchema.nullable(),
      problems: z.object({ error: z.int(), warn: z.int(), info: z.int() }),
      /** It can be called to test the connection. */
      testable: z.boolean(),
    }),
  ),
  /** That fit the question. */
  total: z.int(),
  next_cursor: z.string().nullable(),
});

export const operationQuerySchema = z.object({
  q: z.string().max(200).default(''),
  status: z.enum(['all', 'tools', 'skipped', 'excluded', 'read', 'full', 'testable']).default('all'),
  tag: z.string().max(500).optional(),
  cursor: z.string().max(20).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_ITEMS_MAX).default(PAGE_ITEMS_MAX),
});

export const problemQuerySchema = operationQuerySchema
  .omit({ status: true, tag: true })
  .extend({ severity: z.enum(['all', 'error', 'warn', 'info']).default('all') });

export const problemListSchema = z.object({
  items: z.array(problemSchema),
  total: z.int(),
  next_cursor: z.string().nullable(),
});

export const previewQuerySchema = operationQuerySchema.omit({ status: true, tag: true });

const countsSchema = z.object({ read: z.int(), full: z.int() });

export const previewSchema = z.object({
  size: sizeSchema,
  /** How many tools each role would see, with read-only and with full access. */
  roles: z.array(z.object({ role: z.enum(ROLES), tools: countsSchema })),
  toolsets: z.array(z.object({ slug: z.string(), title: z.string(), tools: z.int() })),
  /**
   * What `tools/list` says at the connector's own URL with full access: in search mode our four tools and the pinned
   * ones, else its first hundred tools (all of them are in `items`).
   */
  listed: z.array(z.unknown()),
  /** The import's own tools in the form of `tools/list`, page by page. */
  items: z.array(z.unknown()),
  total: z.int(),
  next_cursor: z.string().nullable(),
});

export const CHANGES = [
  'added',
  'removed',
  'renamed',
  'input_changed',
  'access_changed',
  'text_changed',
] as const;
const changeSchema = z.enum(CHANGES);

/** The tool as it is on one side of the comparison. */
const sideSchema = z
  .object({
    name: z.string(),
    access,
    title: z.string(),
    description: z.string(),
    input_schema: z.unknown(),
  })
  .nullable();

const diffItemSchema = z.object({
  tool: z.string(),
  operation: operationKey.nullable(),
  title: z.string(),
  /** One or several; `added` and `removed` stand alone. */
  changes: z.array(changeSchema),
  /** It may write, and did not, or was not there: it waits unless it is ticked. */
  new_write: z.boolean(),
  before: sideSchema,
  after: sideSchema,
});

const diffCounts = z.object({
  added: z.int(),
  removed: z.int(),
  renamed: z.int(),
  input_changed: z.int(),
  access_changed: z.int(),
  text_changed: z.int(),
  new_write: z.int(),
  unchanged: z.int(),
});

const diffFields = {
  counts: diffCounts,
  /** Name, base URL, mode and the like: what changes about the connector itself. */
  connector: z.array(
    z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
  ),
  items: z.array(diffItemSchema),
  total: z.int(),
  next_cursor: z.string().nullable(),
};

export const diffQuerySchema = operationQuerySchema
  .omit({ status: true, tag: true })
  .extend({ change: z.enum(['all', 'new_write', ...CHANGES]).default('all') });

/** Of an import against what is published. To be sent back with `publish`: content_hash and base_version. */
export const diffSchema = z.object({
  content_hash: z.string(),
  base_version: z.int().nullable(),
  /** Names of all new tools that may write, for the ticks. */
  new_write_tools: z.array(z.string()),
  ...diffFields,
});

/** Of two versions, the older one first. */
export const versionDiffSchema = z.object({ from: z.int(), to: z.int(), ...diffFields });

export const publishedSchema = z.object({
  connector: z.string(),
  version: z.int(),
  /** Names of new tools that may write and wait, because they were not ticked. */
  waiting: z.array(z.string()),
});

/** Body of a 409. `error` is as everywhere; nothing was changed. */
export const conflictSchema = z.object({
  error: z.object({ code: z.literal('conflict'), message: z.string(), request_id: z.string() }),
  /**
   * `changed`: somebody changed the import; `published`: somebody published the connector; `blocked`: see `blockers` of
   * the importView. Read the import and the diff anew; what was typed can be sent again.
   */
  reason: z.enum(['changed', 'published', 'blocked', 'state']),
  /**
   * With publish: the new diff's first page; null where the import is being checked anew (with the names that somebody
   * else has given meanwhile): poll it and ask for the diff then.
   */
  diff: diffSchema.nullable(),
  /** With settings and credential: as it is now. */
  import: importViewSchema.nullable(),
});

/** Body of a 409 where a connector was deleted or rolled back that somebody has published since. */
export const versionConflictSchema = conflictSchema.pick({ error: true });

export const testResultSchema = z.object({
  /** The upstream answered with a status below 400. */
  ok: z.boolean(),
  /** Null: it did not answer. */
  status: z.int().nullable(),
  /** One sentence; nothing of the answer stands in it. */
  message: z.string(),
  duration_ms: z.int(),
});

export const connectorViewSchema = z.object({
  slug: z.string(),
  name: z.string(),
  kind: z.enum(['openapi', 'mcp']),
  shared: z.boolean(),
  /** Who says what it is: the operator's file (it cannot be changed here), or the organisation. */
  managed_by: z.enum(['operator', 'organisation']),
  base_url: z.string(),
  /** Null: published before versions were kept. */
  version: z.int().nullable(),
  /** Where its last version came from; null: not known, or the operator's file. */
  source: sourceSchema.nullable(),
  credential: credentialViewSchema,
  tools: z.object({ read: z.int(), full: z.int(), waiting: z.int() }),
  enabled: z.boolean(),
  /** What deleting it ends. */
  effect: z.object({
    tools: z.int(),
    /** Apps and keys that are bound to its own URL, and stop working. */
    connections: z.int(),
    /** People's own accounts there, which are given back. */
    accounts: z.int(),
  }),
});

export const versionListSchema = z.object({
  items: z.array(
    z.object({
      number: z.int(),
      current: z.boolean(),
      made_at: time,
      /** Null: the operator's file. */
      made_by: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
      note: z.string(),
      /** The version whose tools came back with it. */
      rolled_back_to: z.int().nullable(),
      name: z.string(),
      base_url: z.string(),
      /** Null: an MCP server, which says itself what its tools are. */
      tools: z.int().nullable(),
      document_sha256: z.string().nullable(),
      source: sourceSchema.nullable(),
      /** It can be rolled back to. */
      can_roll_back: z.boolean(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
