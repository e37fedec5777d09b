import type { PlayedQuestion, PlayedResult } from '../../connectors/played-call.ts';
import type { BoundTool } from '../../connectors/tool-set.ts';
import { displayName } from '../../kernel/display-name.ts';
import type { QuestionShape, ResultShape } from './described.ts';

const TITLE_CHARACTERS = 200;
const SUMMARY_CHARACTERS = 200;

export function presentNamed({ target, tool }: BoundTool) {
  return {
    connector: { slug: target.slug, name: displayName(target.name, TITLE_CHARACTERS) ?? target.slug },
    name: tool.name,
    title: displayName(tool.title, TITLE_CHARACTERS) ?? tool.name,
  };
}

export function presentFound(bound: BoundTool) {
  return {
    ...presentNamed(bound),
    access: bound.tool.access,
    description: displayName(bound.tool.description, SUMMARY_CHARACTERS) ?? '',
  };
}

export function presentTool(bound: BoundTool) {
  const { consumesCredits, credits, description, inputSchema } = bound.tool;
  return {
    ...presentNamed(bound),
    access: bound.tool.access,
    kind: bound.kind,
    called_as: bound.name,
    description,
    consumes_credits: consumesCredits === true,
    credits: credits ?? null,
    confirmation: bound.confirmation ?? null,
    input_schema: { ...inputSchema },
  };
}

export function presentQuestion({ question, tool }: PlayedQuestion, requestId: string): QuestionShape {
  return {
    kind: 'question',
    request_id: requestId,
    tool: presentNamed(tool),
    question:
      question.kind === 'write'
        ? {
            kind: 'write',
            consumes_credits: question.consumesCredits,
            credits: question.credits ?? null,
          }
        : question,
  };
}

export function presentResult(played: PlayedResult, requestId: string, mcpUrl: string): ResultShape {
  const { access, content, faults, file, limits, rest, steps, structured, tool, totalMs } = played;
  return {
    kind: 'result',
    request_id: requestId,
    access,
    called_as: tool?.name ?? null,
    error: errorOf(played, faults, requestId),
    content: content.map((block) => ({ ...block })),
    structured: structured ?? null,
    file: file === undefined ? null : fileOf(file),
    upstream: upstreamOf(played.upstream),
    steps: steps.map(({ fromMs, ms, step }) => ({ step, from_ms: tenths(fromMs), ms: tenths(ms) })),
    total_ms: tenths(totalMs),
    limits: limits.map(([name, value]) => [name, value]),
    rest:
      rest === undefined
        ? null
        : {
            method: rest.method,
            url: rest.url,
            headers: rest.headers.map(([name, value]) => [name, value]),
            body: rest.body ?? null,
            is_body_left_out: rest.isBodyLeftOut,
          },
    mcp_url: mcpUrl,
  };
}

function errorOf(
  { error }: PlayedResult,
  faults: PlayedResult['faults'],
  requestId: string,
): ResultShape['error'] {
  if (error === undefined) return null;
  const { code, connectUrl, hint, message, rateLimit, retryAfterSeconds, status } = error;
  return {
    status,
    code,
    message,
    request_id: requestId,
    hint: hint ?? null,
    retry_after_seconds: retryAfterSeconds ?? null,
    connect_url: connectUrl ?? null,
    rate_limit: rateLimit === undefined ? null : { ...rateLimit },
    fields: faults.map(({ field, message: said }) => ({ field, message: said })),
  };
}

function fileOf({ bytes, data, mimeType, name }: NonNullable<PlayedResult['file']>) {
  return { name, mime_type: mimeType, bytes, data: data ?? null };
}

function upstreamOf(upstream: PlayedResult['upstream']): ResultShape['upstream'] {
  if (upstream === undefined) return null;
  if (upstream.kind === 'mcp') {
    const { transport, url } = upstream;
    return { kind: 'mcp', transport, url: url ?? null, message: bodyOf(upstream.message) };
  }
  const { answer, body, headers, method, times, url } = upstream;
  return {
    kind: 'http',
    method,
    url,
    headers: headers.map(([name, value]) => [name, value]),
    body: body === undefined ? null : bodyOf(body),
    times,
    answer:
      answer === undefined
        ? null
        : { status: answer.status, headers: answer.headers.map(([name, value]) => [name, value]) },
  };
}

function bodyOf({ bytes, isCut, text, type }: NonNullable<HttpUpstream['body']>) {
  return { type: type ?? null, bytes, text: text ?? null, is_cut: isCut };
}

type HttpUpstream = Extract<NonNullable<PlayedResult['upstream']>, { kind: 'http' }>;

/** Milliseconds with one place: finer than that is noise. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
