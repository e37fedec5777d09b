import type { JsonSchema } from '../json.ts';
import type { NameLock } from './lock.ts';
import type { CatalogueMode, ModeWish } from './mode.ts';

/** `read` reaches the tool with either level of access; `full` only with full access. */
export type Access = 'read' | 'full';

export type RejectionCode =
  | 'NOT_PARSEABLE'
  | 'NOT_AN_OBJECT'
  | 'NO_VERSION'
  | 'VERSION_UNSUPPORTED'
  | 'TOO_LARGE'
  | 'YAML_ALIAS_LIMIT'
  | 'YAML_DUPLICATE_KEY'
  /** The overlay, not the document: it cannot be read, or an action of it cannot be done. */
  | 'OVERLAY_INVALID'
  /** Of an archive: it is none, or broken; a path in it leads out of it; no file in it is the document. */
  | 'ARCHIVE_UNREADABLE'
  | 'ARCHIVE_UNSAFE'
  | 'ENTRY_MISSING';

/** Why a whole document was refused. `line` and `column` count from 1. */
export interface Rejection {
  readonly code: RejectionCode;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

export type SkipCode =
  | 'REF_EXTERNAL'
  | 'REF_MISSING'
  | 'REF_CYCLE'
  | 'METHOD_UNSUPPORTED'
  | 'BODY_UNSUPPORTED'
  | 'PARAM_UNSUPPORTED'
  | 'AUTH_UNSUPPORTED'
  | 'SERVER_NOT_ALLOWED'
  | 'PATH_INVALID'
  | 'TOO_LARGE'
  | 'FILTERED';

/** An operation that became no tool. `method` is `*` when it is a whole path item. `pointer` is RFC 6901. */
export interface Skip {
  readonly method: string;
  readonly path: string;
  readonly code: SkipCode;
  readonly pointer: string;
  readonly message: string;
  /** What a call of it takes, where the document or the operator says another than the method does. */
  readonly access?: Access;
  /** Of one that was left out on purpose, and may come back: its tags and what its author calls it, if it has any. */
  readonly tags?: readonly string[];
  readonly summary?: string;
}

export type WarningCode =
  | 'NAME_CHANGED'
  | 'KEY_RENAMED'
  | 'LOCATION_CLASH'
  | 'PARAM_DROPPED'
  | 'PARAM_SYNTHESISED'
  | 'REF_MISSING'
  | 'REF_CYCLE'
  | 'SCHEMA_DEPTH'
  | 'SCHEMA_CUT'
  | 'SCHEMA_REPAIRED'
  | 'PATTERN_DROPPED'
  | 'ENUM_TRUNCATED'
  | 'TEXT_CLEANED'
  | 'TEXT_SUSPECT'
  | 'BODY_ON_GET'
  | 'NO_OPERATIONS'
  | 'VALUE_IGNORED'
  | 'MODE_CHANGED';

/** Something that was repaired or left out. `tool` is there when it concerns one tool alone. */
export interface Warning {
  readonly code: WarningCode;
  readonly pointer: string;
  readonly message: string;
  readonly tool?: string;
}

/** `querystring` is the whole query as one value (3.2). */
export type ParameterPlace = 'path' | 'query' | 'querystring' | 'header' | 'cookie';

export type ParameterStyle =
  | 'matrix'
  | 'label'
  | 'simple'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  /** Of Swagger 2.0 alone. */
  | 'tabDelimited'
  | 'deepObject'
  /** As `form`, nothing being escaped (3.2). */
  | 'cookie';

/** Where one argument goes, and how it is written there. */
export interface ParameterBinding {
  readonly argument: string;
  readonly in: ParameterPlace;
  readonly name: string;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved?: true;
  /** The value is serialised in this media type instead of in a style. */
  readonly contentType?: string;
  /** How the lists inside a list are joined, from the outermost; without it they are JSON. */
  readonly nested?: readonly ParameterStyle[];
  /** An empty list is written as an empty value instead of being left out. */
  readonly allowEmpty?: true;
}

/** How one field of a form or multipart body is written. */
export interface FieldEncoding {
  readonly name: string;
  readonly style?: ParameterStyle;
  readonly explode?: boolean;
  readonly allowReserved?: true;
  /** Of a file: several, separated by commas; its own is used if it is among them. */
  readonly contentType?: string;
  readonly nested?: readonly ParameterStyle[];
  readonly allowEmpty?: true;
  /** The field is a file, or a list of files. */
  readonly file?: true;
  /** Headers of the part that have one possible value. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

export type BodyKind = 'json' | 'form' | 'multipart' | 'text' | 'binary';

/** How an array in a form without an encoding of its own is written: `a=1&a=2`, `a[0]=1&a[1]=2` or `a[]=1&a[]=2`. */
export type FormArrays = 'repeat' | 'indices' | 'brackets';

export interface BodyBinding {
  readonly kind: BodyKind;
  readonly contentType: string;
  /** Of one file: all media types that it may have; its own is used if it is among them, else `contentType`. */
  readonly contentTypes?: readonly string[];
  readonly required: boolean;
  /** One argument that is the body, or one argument per field of it. */
  readonly layout:
    | { readonly argument: string }
    | { readonly fields: readonly { readonly argument: string; readonly name: string }[] };
  readonly encoding?: readonly FieldEncoding[];
  readonly arrays?: FormArrays;
}

/** How a tool call becomes an HTTP request. Clients never see it. */
export interface Binding {
  readonly method: string;
  /** The path template, under the base URL. */
  readonly path: string;
  /** The operation's own server, allowed by the operator; it replaces the connector's base URL. A path is on its host. */
  readonly baseUrl?: string;
  readonly parameters: readonly ParameterBinding[];
  /** Headers that have one possible value: always sent, never an argument. */
  readonly constants?: readonly { readonly name: string; readonly value: string }[];
  readonly body?: BodyBinding;
  /** The security schemes of the chosen alternative; empty when the document names none for this operation. */
  readonly security: readonly string[];
  /** The document says that this operation takes no credential: send none. */
  readonly anonymous?: true;
}

export interface ToolAnnotations {
  readonly title: string;
  readonly readOnlyHint?: true;
  /** False: the tool changes things and destroys none, as the document's author or the operator says. */
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: true;
  readonly openWorldHint: boolean;
}

/** The root of a tool's input: always a plain object, because clients accept nothing else. */
export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** The same as we compile it. `$defs` are schemas that contain themselves, with `refs: 'defs'`. */
export interface InputSchema extends ObjectSchema {
  readonly additionalProperties: false;
}

/** How a tool is asked for its next page. */
export interface Pagination {
  /**
   * What the argument is given: the answer's cursor, the id of its last item, how many items come before the page, or
   * the number of the page.
   */
  readonly style: 'cursor' | 'last_id' | 'offset' | 'page';
  readonly argument: string;
  /** The argument that says how many items a page has. */
  readonly size?: string;
  /** Where the document says that the answer names its next page: field names from the root. */
  readonly next?: readonly string[];
  /** Where it says that the answer's list is; empty: the answer is the list. */
  readonly list?: readonly string[];
}

/** What a successful answer looks like, weakly: nothing is required, everything may be null. */
export interface OutputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

/** What is known of a tool, whatever stands behind it. */
export interface ToolFace {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly access: Access;
  readonly annotations: ToolAnnotations;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema?: OutputSchema | ObjectSchema;
  readonly tags: readonly string[];
  readonly consumesCredits?: true;
  /** How many a call consumes, where the author says so. */
  readonly credits?: number;
  /** Names that it had, which calls may still use: no tool of the catalogue has one of them now. */
  readonly aliases?: readonly string[];
}

/** A tool that stands for an operation of an API. */
export interface Tool extends ToolFace {
  readonly inputSchema: InputSchema;
  readonly binding: Binding;
  readonly deprecated: boolean;
  /** OAuth scopes that the upstream asks for, for a step-up. */
  readonly scopes: readonly string[];
  readonly pagination?: Pagination;
  /** Only where the operator asked for it. */
  readonly outputSchema?: OutputSchema;
  /** The caller may ask for a part of the answer, with `_select`. */
  readonly selectable?: true;
}

/** A security scheme as declared, so that an operator can be asked for the right credential. */
export interface SecurityScheme {
  readonly name: string;
  readonly type: string;
  /** For an API key: where it goes, and under which name. */
  readonly in?: string;
  readonly parameterName?: string;
  /** For HTTP authentication: `bearer`, `basic`, … */
  readonly scheme?: string;
}

/**
 * The immutable result of compiling a document: plain JSON, the same bytes for the same document.
 * `hash` covers everything but `sourceSha256` and itself, so a document that was only reordered keeps its hash.
 */
export interface Catalogue {
  readonly catalogueVersion: 1;
  readonly sourceSha256: string;
  readonly hash: string;
  readonly title: string;
  readonly description?: string;
  /** The document's servers with the defaults of their variables; a relative one stays relative. */
  readonly servers: readonly string[];
  readonly security: readonly SecurityScheme[];
  /** Where the API is explained to people: an http or https URL. */
  readonly docsUrl?: string;
  readonly tools: readonly Tool[];
  /** By slug; absent if there is none. */
  readonly toolsets?: readonly Toolset[];
  /** How the operator wants the tools to be offered; absent: as their size suggests. */
  readonly mode?: CatalogueMode;
  /** Names of the tools that are listed in search mode too, the most wanted first. */
  readonly pinned?: readonly string[];
  readonly skipped: readonly Skip[];
  readonly warnings: readonly Warning[];
  /** What the document leaves to a person; nothing of it is applied. Absent if there is none. */
  readonly suggestions?: readonly Suggestion[];
}

/** A tool whose access the method alone says, and whose name says another. `pointer` is that of the operation. */
export interface Suggestion {
  readonly method: string;
  readonly path: string;
  readonly tool: string;
  readonly access: Access;
  readonly pointer: string;
  readonly message: string;
}

/** Tools that are offered together, at a URL of their own. */
export interface Toolset {
  /** Lower-case letters, digits and single hyphens, 40 at most. */
  readonly slug: string;
  readonly title: string;
  /** Their names, sorted. */
  readonly tools: readonly string[];
}

export interface CompileOptions {
  readonly include?: {
    /** Deprecated operations are left out unless this is true. */
    readonly deprecated?: boolean;
    /** Selectors, as in `toolsets`: what none of them selects is left out. Default: nothing is. */
    readonly operations?: readonly string[];
  };
  /** Selectors, as in `toolsets`, of operations to leave out; they win over `include`. */
  readonly exclude?: readonly string[];
  /** Access by selector, instead of what the method or the document says; where several select a tool, `full` wins. */
  readonly access?: Readonly<Record<string, Access>>;
  /** Selectors of tools that change things but destroy none. */
  readonly additive?: readonly string[];
  /** OpenAPI Overlay 1.0 documents, JSON or YAML, applied in their order before anything is read from the document. */
  readonly overlay?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The names given so far (`readLock`): they stay, or become aliases. Then make the next one with `lockOf`. */
  readonly lock?: NameLock;
  /** Names of the security schemes that the operator's credential satisfies. Default: every http, apiKey, oauth2 and openIdConnect scheme. */
  readonly security?: readonly string[];
  /** Where the operator's credential goes if no scheme of the document says so. Such a parameter is never an argument. */
  readonly credentials?: readonly { readonly in: 'query' | 'header' | 'cookie'; readonly name: string }[];
  /** Hosts (`upload.example.com`, with the port if it is not the default) to which operations with a server of their own may go. */
  readonly serverHosts?: readonly string[];
  /** A schema that contains itself is cut at the second visit (default), or refers to a definition of the tool's own, which many clients drop. */
  readonly refs?: 'cut' | 'defs';
  /** Tools declare what they answer, weakly, where the document says it (at most 2 KB each). Default false. */
  readonly outputSchemas?: boolean;
  /** Tools take `_select`, by which a caller asks for a part of a JSON answer. Default false. */
  readonly select?: boolean;
  /** Default `repeat`, as OpenAPI says. */
  readonly formArrays?: FormArrays;
  /** Where the API is explained to people; default: as the document says. */
  readonly docsUrl?: string;
  /** How the tools are offered. Default `auto`: in full if the list is small enough, else by search. */
  readonly mode?: ModeWish;
  /** Tools to list in search mode too, 15 at most, each as `name`, `operationId` or `METHOD /path`. */
  readonly pinned?: readonly string[];
  /**
   * Toolsets by slug, instead of those by `x-mcp.toolset` and tag. A toolset is a list of selectors: `tag:<tag>`,
   * `method:<METHOD>`, `[METHOD ]/path`, a name or an operationId; `*` stands for anything (in a path: but a slash), `**` for anything.
   */
  readonly toolsets?: Readonly<Record<string, readonly string[]>>;
}
