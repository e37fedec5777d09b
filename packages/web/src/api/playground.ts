import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { below } from './queries.ts';
import { get, postPatiently } from './request.ts';
import type { Access } from './types.ts';

export interface ToolName {
  connector: { slug: string; name: string };
  name: string;
  title: string;
}

export interface FoundTool extends ToolName {
  access: Access;
  description: string;
}

interface FoundTools {
  items: FoundTool[];
  /** How many fit, and how many there are. */
  total: number;
  all: number;
  next_cursor: string | null;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface PlaygroundTool extends ToolName {
  access: Access;
  kind: 'api' | 'mcp';
  called_as: string;
  description: string;
  /** How far whoever it is may go. */
  most: Access;
  consumes_credits: boolean;
  credits: number | null;
  confirmation: string | null;
  input_schema: JsonSchema;
}

export type HeaderLine = [name: string, value: string];

export interface SentBody {
  type: string | null;
  bytes: number;
  text: string | null;
  is_cut: boolean;
}

export interface CallError {
  status: number;
  code: string;
  message: string;
  request_id: string | null;
  hint: string | null;
  retry_after_seconds: number | null;
  connect_url: string | null;
  rate_limit: Record<string, unknown> | null;
  fields: { field: string; message: string }[];
}

export type CallStep = 'checks' | 'credential' | 'record' | 'connect' | 'wait' | 'body' | 'shape';

export interface RestCall {
  method: string;
  url: string;
  headers: HeaderLine[];
  body: string | null;
  is_body_left_out: boolean;
}

export type Upstream =
  | {
      kind: 'http';
      method: string;
      url: string;
      headers: HeaderLine[];
      body: SentBody | null;
      times: number;
      answer: { status: number; headers: HeaderLine[] } | null;
    }
  | { kind: 'mcp'; transport: 'streamable-http' | 'sse' | 'stdio'; url: string | null; message: SentBody };

export interface CallResult {
  kind: 'result';
  request_id: string;
  access: Access;
  called_as: string | null;
  error: CallError | null;
  /** Blocks of MCP, in the upstream's words. */
  content: Record<string, unknown>[];
  structured: Record<string, unknown> | null;
  file: { name: string; mime_type: string; bytes: number; data: string | null } | null;
  upstream: Upstream | null;
  steps: { step: CallStep; from_ms: number; ms: number }[];
  total_ms: number;
  limits: HeaderLine[];
  rest: RestCall | null;
  mcp_url: string;
}

export interface CallQuestion {
  kind: 'question';
  request_id: string;
  tool: ToolName;
  question:
    | { kind: 'write'; consumes_credits: boolean; credits: number | null }
    | { kind: 'confirmation'; message: string; state: string };
}

export interface CallOrder {
  connector: string;
  tool: string;
  agent?: string | undefined;
  access: Access;
  arguments: Record<string, unknown>;
  agreed?: boolean;
  answer?: { state: string; agreed: boolean };
}

const pathOf = (org: string, path: string, query: Record<string, string | undefined>) => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return `${below(org)}/playground/${path}?${new URLSearchParams(given).toString()}`;
};

/** The tools of all connectors with these words, as oneself or as an agent. */
export const foundToolsQuery = (org: string, q: string, agent: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['playground', org, 'tools', q, agent],
    queryFn: ({ pageParam }: { pageParam: string | undefined }) =>
      get<FoundTools>(pathOf(org, 'tools', { q, agent, cursor: pageParam })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    placeholderData: (before) => before,
  });

export const playgroundToolQuery = (
  org: string,
  ref: { tool: string; connector: string | undefined; agent: string | undefined },
) =>
  queryOptions({
    queryKey: ['playground', org, 'tool', ref],
    queryFn: () => get<PlaygroundTool>(pathOf(org, 'tool', ref)),
    retry: false,
  });

/** Nobody waits for it but who can cancel it: tools may take their time. */
export const callTool = (org: string, order: CallOrder, signal: AbortSignal) =>
  postPatiently<CallResult | CallQuestion>(`${below(org)}/playground/calls`, order, signal);
