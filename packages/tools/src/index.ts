export type {
  Access,
  Binding,
  BodyBinding,
  Catalogue,
  CompileOptions,
  InputSchema,
  ParameterBinding,
  Rejection,
  RejectionCode,
  SecurityScheme,
  Skip,
  SkipCode,
  Tool,
  ToolAnnotations,
  Warning,
  WarningCode,
} from './catalogue/types.ts';
export type {
  ArgumentFault,
  Diagnostics,
  PreparedRequest,
  ResponseHeaders,
  StreamedRequest,
  UpstreamFault,
  UpstreamFaultCode,
  UpstreamResponse,
} from './call/types.ts';
export type { JsonSchema } from './json.ts';
export type { ContentBlock, ToolResult } from './mcp/tool-result.ts';
export type { Result } from './result.ts';
