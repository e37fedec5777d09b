import { valueAt } from '../catalogue/answer-fields.ts';
import type { Tool } from '../catalogue/types.ts';
import { isObject } from '../json.ts';
import type { ContentBlock, ToolResult } from '../mcp/tool-result.ts';
import type { Result } from '../result.ts';
import { answerOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { coerceArguments } from './coerce.ts';
import { diagnoseFault, diagnoseResponse, errorResult } from './diagnose.ts';
import type { ResultContext } from './diagnose.ts';
import { safeText } from './envelope.ts';
import { jsonOf } from './exact-json.ts';
import { fileNameOf } from './file-name.ts';
import { headerOf } from './header.ts';
import { nextPage } from './next-page.ts';
import type { MadeCall } from './next-page.ts';
import { nothingSelected, select } from './select.ts';
import { SELECT_ARGUMENT } from './select-argument.ts';
import { conforming, wrapped } from './structured.ts';
import { fits, truncatedJson, truncatedText } from './truncate.ts';
import type { TextLimits } from './truncate.ts';
import type { UpstreamFault, UpstreamResponse } from './types.ts';

/** What clients take of one result: the text, and what else is said of it. */
export const TEXT_LIMITS: TextLimits = { characters: 100_000, tokens: 20_000 };
const NOTE_CHARACTERS = 1_900;
const SHORTENED: TextLimits = {
  characters: TEXT_LIMITS.characters - 2_000,
  tokens: TEXT_LIMITS.tokens - 800,
};
const MEDIA_BYTES = 1024 * 1024;

/** What a result is made from, beside the answer. */
export interface PresentContext extends ResultContext {
  /** Without it there is no pagination footer, and `_select` is not applied. */
  readonly call?: MadeCall;
  /** Where a file can be had that no text can show; undefined: nowhere. */
  readonly linkTo?: (file: { readonly mimeType: string; readonly name: string }) => string | undefined;
}

type TextAnswer = Extract<Answer, { kind: 'text' }>;

/**
 * An outcome as MCP content: a 2xx answer as text, image, audio or a link to it, everything else as diagnostics with
 * `isError`. JSON that is too long stays JSON. See docs/results.md.
 */
export function presentResult(
  tool: Tool,
  outcome: Result<UpstreamResponse, UpstreamFault>,
  context: PresentContext,
): ToolResult {
  if (!outcome.ok) return errorResult(diagnoseFault(tool, outcome.error, context));
  const response = outcome.value;
  if (response.status < 200 || response.status > 299) {
    return errorResult(diagnoseResponse(tool, response, context));
  }
  const answer = answerOf(response);
  if (answer.kind === 'text') return presentText(tool, answer, response, context);
  // A client that was told of an output schema refuses a result without structured content.
  return {
    content: answer.kind === 'empty' ? [emptyBlock(response)] : fileBlocks(answer, response, tool, context),
    ...(tool.outputSchema === undefined ? {} : { structuredContent: {} }),
  };
}

function presentText(
  tool: Tool,
  answer: TextAnswer,
  { cut, headers }: UpstreamResponse,
  context: PresentContext,
): ToolResult {
  const { call } = context;
  const paths = tool.selectable && call ? selectedPaths(tool, call.arguments) : [];
  const notes = cut === undefined ? [] : [cutNote(cut)];
  let { text } = answer;
  let whole: unknown;
  if (paths.length > 0 || tool.outputSchema) {
    const json = answer.json();
    whole = json;
    if (paths.length > 0 && json !== undefined) {
      const { isEmpty, missed, value } = select(json, paths);
      if (isEmpty && tool.access === 'read') return nothingSelected(json, paths, context.requestId);
      if (!isEmpty) whole = value;
      if (missed.length > 0) notes.push(missedNote(missed));
    }
    if (tool.outputSchema) whole = wrapped(tool.outputSchema, whole);
    // As it came, if nothing has changed it: numbers, spaces and all.
    if (whole !== json) text = JSON.stringify(whole);
  }
  let shown = whole;
  if (!fits(text, TEXT_LIMITS)) {
    whole ??= answer.json();
    const short = shortened(text, whole, answer);
    notes.push(short.note);
    shown = short.value;
    ({ text } = short);
  }
  const hiddenAt = (list: readonly string[]): number => {
    const path = isObject(whole) && list.length === 0 ? ['items'] : list;
    return lengthAt(whole, path) - lengthAt(shown, path);
  };
  const footer = call && nextPage(tool, call, { headers, text: answer.text, json: answer.json }, hiddenAt);
  return {
    content: [
      textBlock(text),
      ...(notes.length === 0 ? [] : [textBlock(notes.join(' ').slice(0, NOTE_CHARACTERS))]),
      ...(footer === undefined ? [] : [textBlock(JSON.stringify(footer))]),
    ],
    ...(tool.outputSchema ? { structuredContent: conforming(tool.outputSchema, shown) } : {}),
  };
}

function selectedPaths(tool: Tool, args: unknown): string[] {
  const paths = coerceArguments(tool.inputSchema, args, [])[SELECT_ARGUMENT];
  return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
}

function cutNote({ code }: UpstreamFault): string {
  return code === 'upstream_timeout'
    ? 'The stream of the API did not end in the time of a call: what came until then is shown.'
    : 'The stream of the API is larger than what is accepted: what came before is shown.';
}

function missedNote(missed: readonly string[]): string {
  const named = missed
    .map((path) => JSON.stringify(path))
    .join(', ')
    .slice(0, 500);
  return `${SELECT_ARGUMENT} found nothing at ${named}.`;
}

function shortened(
  text: string,
  value: unknown,
  { hasJsonLines, isByLine }: TextAnswer,
): { readonly text: string; readonly value?: unknown; readonly note: string } {
  const end = text.indexOf('\n');
  const isOneLine = hasJsonLines && !fits(text.slice(0, end === -1 ? text.length : end), SHORTENED);
  const json = isOneLine ? jsonOf(text.slice(0, end === -1 ? text.length : end)) : value;
  if (json === undefined) {
    const short = truncatedText(text, isByLine, SHORTENED);
    return { text: short.text, note: `${SHOWN_IN_PART} ${short.note}` };
  }
  const short = truncatedJson(json, SHORTENED);
  const lines = isOneLine ? ' Only the first line is shown.' : '';
  return { text: short.text, value: short.value, note: `${SHOWN_IN_PART}${lines} ${short.notes.join(' ')}` };
}

const SHOWN_IN_PART = 'The answer was too long and is shown in part.';

function lengthAt(value: unknown, path: readonly string[]): number {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.length : 0;
}

function fileBlocks(
  answer: Exclude<Answer, { kind: 'text' | 'empty' }>,
  { body, headers }: UpstreamResponse,
  tool: Tool,
  { linkTo }: PresentContext,
): ContentBlock[] {
  const { kind, mimeType } = answer;
  if (kind !== 'binary' && body.length <= MEDIA_BYTES)
    return [{ type: kind, data: body.toString('base64'), mimeType }];
  const about = `The API answered with ${body.length} bytes of ${mimeType || 'binary data'}`;
  const name = fileNameOf(headers, tool.name, mimeType);
  const type = mimeType || 'application/octet-stream';
  const uri = linkTo?.({ mimeType: type, name });
  if (uri === undefined) return [textBlock(`${about}, which cannot be shown as text.`)];
  return [
    textBlock(
      `${about}. It can be downloaded from the link for a few minutes, with the credential of this call.`,
    ),
    { type: 'resource_link', uri, name, mimeType: type, size: body.length },
  ];
}

/** Often the one place where the API says what it made, or where to ask how it gets on. */
function emptyBlock({ headers, status }: UpstreamResponse): ContentBlock {
  const location = safeText(headerOf(headers, 'location') ?? '');
  const where = location === '' ? '' : ` Location: ${location}`;
  return textBlock(`The API answered ${status} without content.${where}`);
}

function textBlock(text: string): ContentBlock {
  return { type: 'text', text };
}
