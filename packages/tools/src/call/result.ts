import type { Tool } from '../catalogue/types.ts';
import type { ContentBlock, ToolResult } from '../mcp/tool-result.ts';
import type { Result } from '../result.ts';
import { diagnoseFault, diagnoseResponse, errorResult } from './diagnose.ts';
import type { ResultContext } from './diagnose.ts';
import { headerOf } from './header.ts';
import { truncatedJson } from './truncate.ts';
import type { UpstreamFault, UpstreamResponse } from './types.ts';

/** What clients take of one result. */
const RESULT_CHARACTERS = 100_000;
const MEDIA_BYTES = 1024 * 1024;

/** An outcome as MCP content: 2xx answers as text, image or audio, everything else as diagnostics with `isError`. */
export function presentResult(
  tool: Tool,
  outcome: Result<UpstreamResponse, UpstreamFault>,
  context: ResultContext,
): ToolResult {
  if (!outcome.ok) return errorResult(diagnoseFault(tool, outcome.error, context));
  const response = outcome.value;
  if (response.status < 200 || response.status > 299) {
    return errorResult(diagnoseResponse(tool, response, context));
  }
  return { content: contentOf(response) };
}

function contentOf({ status, headers, body }: UpstreamResponse): ContentBlock[] {
  const contentType = headerOf(headers, 'content-type') ?? '';
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (body.length === 0) return [textBlock(`The API answered ${status} without content.`)];
  const media = /^(image|audio)\/[\w.+-]+$/.exec(essence)?.[1];
  if ((media === 'image' || media === 'audio') && essence !== 'image/svg+xml') {
    if (body.length > MEDIA_BYTES) return [textBlock(leftOut(essence, body.length))];
    return [{ type: media, data: body.toString('base64'), mimeType: essence }];
  }
  const isJson = /^[^/]+\/(?:[^;]*\+)?json$/.test(essence);
  if (!isJson && !isText(essence, body)) return [textBlock(leftOut(essence, body.length))];
  const text = decodedText(body, contentType);
  if (text.length <= RESULT_CHARACTERS) return [textBlock(text)];
  return isJson ? shortenedJson(text) : shortenedText(text);
}

function shortenedJson(text: string): ContentBlock[] {
  try {
    const short = truncatedJson(JSON.parse(text), RESULT_CHARACTERS - 2_000);
    if (short) {
      const note = `The answer was too long and is shown in part. ${short.notes.join(' ')}`.slice(0, 1_900);
      return [textBlock(short.text), textBlock(note)];
    }
  } catch {
    // It only says that it is JSON.
  }
  return shortenedText(text);
}

function shortenedText(text: string): ContentBlock[] {
  const kept = text.slice(0, RESULT_CHARACTERS - 200).replace(/[\uD800-\uDBFF]$/, '');
  return [
    textBlock(kept),
    textBlock(`The answer was too long: ${kept.length} of ${text.length} characters are shown.`),
  ];
}

function isText(essence: string, body: Buffer): boolean {
  if (
    essence.startsWith('text/') ||
    /^application\/(?:.*\+)?(?:xml|yaml|javascript|x-www-form-urlencoded|(?:x-)?ndjson|jsonl)$/.test(essence)
  ) {
    return true;
  }
  // Without a type the first bytes decide: text has no NUL.
  return (essence === '' || essence === 'image/svg+xml') && !body.subarray(0, 1_024).includes(0);
}

function decodedText(body: Buffer, contentType: string): string {
  const charset = /charset="?([\w-]{1,40})/i.exec(contentType)?.[1] ?? 'utf-8';
  if (/^utf-?8$/i.test(charset)) return body.toString('utf8');
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

function leftOut(essence: string, bytes: number): string {
  const kind = /^[\w.+/-]{1,100}$/.test(essence) ? essence : 'binary data';
  return `The API answered with ${bytes} bytes of ${kind}, which cannot be shown as text.`;
}

function textBlock(text: string): ContentBlock {
  return { type: 'text', text };
}
