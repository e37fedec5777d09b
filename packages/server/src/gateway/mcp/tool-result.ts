import type { ContentBlock, Diagnostics, ToolResult } from '@latchkey/tools';
import type { AppError } from '../../kernel/errors.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Dialect } from './revisions.ts';
import { MODERN_QUESTION_HEAD, MODERN_RESULT_HEAD } from './server-info.ts';
import type { ToolOutcome } from './tool-call.ts';

/** A tool's result as JSON, with the fields that the client's revision knows. */
export function serializeToolResult(result: ToolResult, dialect: Dialect): string {
  const content = `"content":${JSON.stringify(dialect.hasTitles ? result.content : result.content.map((block) => older(block, dialect)))}`;
  const structured =
    dialect.hasTitles && result.structuredContent !== undefined
      ? `,"structuredContent":${JSON.stringify(result.structuredContent)}`
      : '';
  const error = result.isError === true ? ',"isError":true' : '';
  return `${dialect.isModern ? `${MODERN_RESULT_HEAD},` : '{'}${content}${structured}${error}}`;
}

/** What has to be answered before there is a result, as JSON. */
export function serializeQuestion({
  inputRequests,
  requestState,
}: Extract<ToolOutcome, { kind: 'input_required' }>): string {
  const asked = inputRequests === undefined ? '' : `,"inputRequests":${JSON.stringify(inputRequests)}`;
  const state = requestState === undefined ? '' : `,"requestState":${JSON.stringify(requestState)}`;
  return `${MODERN_QUESTION_HEAD}${asked}${state}}`;
}

/** Links came with 2025-06-18, audio with 2025-03-26; before them a text says what there is. */
function older(block: ContentBlock, dialect: Dialect): ContentBlock {
  if (block.annotations?.lastModified !== undefined) {
    const { audience, priority } = block.annotations;
    const annotations = { ...(audience && { audience }), ...(priority !== undefined && { priority }) };
    return older({ ...block, annotations }, dialect);
  }
  if (block.type === 'resource_link') {
    const about = [block.mimeType, block.size === undefined ? undefined : `${block.size} bytes`];
    const said = about.filter((one) => one !== undefined).join(', ');
    return { type: 'text', text: `${block.name}${said === '' ? '' : ` (${said})`}: ${block.uri}` };
  }
  if (block.type === 'audio' && !dialect.hasAudio)
    return {
      type: 'text',
      text: `Audio (${block.mimeType}), which this client's revision of MCP cannot show.`,
    };
  return block;
}

/** A refusal of our own as the result of a call, which is where a model sees it. */
export function refusedResult(error: AppError, requestId: RequestId, hint?: string): ToolResult {
  const diagnostics: Diagnostics = {
    status: error.status,
    code: error.code,
    message: error.publicMessage,
    request_id: requestId,
    ...(error.retryAfterSeconds === undefined ? {} : { retry_after_seconds: error.retryAfterSeconds }),
    ...(hint === undefined ? {} : { hint }),
  };
  return {
    content: [{ type: 'text', text: JSON.stringify(diagnostics) }],
    structuredContent: { ...diagnostics },
    isError: true,
  };
}
