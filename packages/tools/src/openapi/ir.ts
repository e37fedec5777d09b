import type {
  BodyKind,
  FieldEncoding,
  ParameterPlace,
  ParameterStyle,
  SecurityScheme,
  Skip,
  SkipCode,
} from '../catalogue/types.ts';
import type { JsonSchema } from '../json.ts';
import type { Result } from '../result.ts';

/** What the catalogue knows of a document. Nothing outside this folder sees OpenAPI. */
export interface ApiDocument {
  readonly title: string;
  readonly description?: string;
  /** Where the API is explained to people. */
  readonly docsUrl?: string;
  readonly servers: readonly string[];
  readonly security: readonly SecurityScheme[];
  readonly heads: readonly OperationHead[];
  /** What could not even be looked at: methods, path items behind a broken reference, impossible paths. */
  readonly skipped: readonly Skip[];
  /** The rest of an operation. It is separate because a filter may spare us the work. */
  read(head: OperationHead): Result<ApiOperation, OperationFault>;
  /** The shape of its 2xx JSON, three levels deep: what may be there, never what must. */
  readAnswer(head: OperationHead): JsonSchema | undefined;
}

export interface OperationHead {
  readonly method: string;
  readonly path: string;
  readonly pointer: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly deprecated: boolean;
  readonly hints: AuthorHints;
}

/** What the author of the document says about its use as a tool: `x-mcp`, `x-speakeasy-mcp`, `x-gram`. */
export interface AuthorHints {
  readonly hidden?: boolean;
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly access?: 'read' | 'full';
  /** False: what it changes is only added to. */
  readonly destructive?: boolean;
  /** Said where it is a hint alone. */
  readonly saysItReads?: boolean;
  /** A number: so many for each call. */
  readonly consumesCredits?: boolean | number;
  readonly toolset?: string;
}

export interface OperationFault {
  readonly code: SkipCode;
  readonly pointer: string;
  readonly message: string;
}

export interface ApiOperation {
  readonly parameters: readonly ApiParameter[];
  readonly constants: readonly { readonly name: string; readonly value: string }[];
  readonly body?: ApiBody;
  /** Schemas of this operation that contain themselves. */
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly baseUrl?: string;
  readonly security: readonly string[];
  readonly scopes: readonly string[];
  readonly anonymous: boolean;
}

export interface ApiParameter {
  readonly name: string;
  readonly in: ParameterPlace;
  readonly pointer: string;
  readonly required: boolean;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  readonly contentType?: string;
  /** Styles of the lists inside a list, from the outermost. */
  readonly nested?: readonly ParameterStyle[];
  /** An empty value says something. */
  readonly allowEmpty: boolean;
  readonly schema: JsonSchema;
}

export interface ApiBody {
  readonly kind: BodyKind;
  readonly contentType: string;
  /** Of one file: all media types that it may have, `contentType` among them. */
  readonly contentTypes?: readonly string[];
  readonly pointer: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly encoding: readonly FieldEncoding[];
}
