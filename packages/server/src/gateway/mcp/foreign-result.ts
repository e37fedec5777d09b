import { isDeepStrictEqual } from 'node:util';
import {
  errorResult,
  fits,
  imageTypeOf,
  parseKeepingDigits,
  TEXT_LIMITS,
  textWithDigits,
  truncatedJson,
  truncatedText,
  type BlockAnnotations,
  type ContentBlock,
  type ResourceContent,
  type TextLimits,
  type ToolFace,
  type ToolResult,
} from '@latchkey/tools';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';

const BLOCKS_MAX = 200;
const MEDIA_BYTES_MAX = 1024 * 1024;
const MEDIA_BYTES_TOTAL = 4 * 1024 * 1024;
const WORD_CHARACTERS_MAX = 2_000;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * What an MCP server answered to a call, as we pass it on: blocks of the kinds that we know, with the fields that we
 * know, in the size that clients take. What it says is its own; nothing of it is taken for ours.
 */
export function presentForeignResult(
  result: JsonObject,
  { requestId, tool }: { requestId: string; tool: ToolFace },
): ToolResult {
  const { content: given, isError, structuredContent } = result;
  if (given !== undefined && !Array.isArray(given)) return invalid(requestId);
  const room = createRoom();
  const listed: readonly unknown[] = given ?? [];
  const content = listed.slice(0, BLOCKS_MAX).map((block) => room.fit(readBlock(block)));
  if (listed.length > BLOCKS_MAX)
    content.push(text(`${listed.length - BLOCKS_MAX} more parts are not shown.`));
  if (isError === true) {
    const found = isJsonObject(structuredContent) ? structured(structuredContent, content) : undefined;
    return found === undefined ? { content, isError: true } : { ...found, isError: true };
  }
  const json = structuredContent === undefined ? undefined : structuredContent;
  const declares = tool.outputSchema !== undefined;
  const value = json ?? (declares ? onlyJson(listed) : undefined);
  // Clients refuse a result that does not have what the tool declares.
  if (!isJsonObject(value)) {
    if (declares) return withDiagnostics(NOT_STRUCTURED, requestId, content);
    return { content: value === undefined ? content : [...content, room.fit(text(textWithDigits(value)))] };
  }
  const found = structured(value, content);
  if (found !== undefined) return found;
  if (declares) return withDiagnostics(TOO_LARGE, requestId, shortened(value));
  return {
    content: content.some(({ type }) => type === 'text') ? content : [...content, ...shortened(value)],
  };
}

/** The same JSON in both places, as clients read the one or the other; undefined: it is too large for that. */
function structured(value: JsonObject, content: readonly ContentBlock[]): ToolResult | undefined {
  const json = textWithDigits(value);
  if (!fits(json, TEXT_LIMITS)) return undefined;
  const isSaid = content.some(
    (block) => block.type === 'text' && isDeepStrictEqual(parsed(block.text), value),
  );
  const texts = content.filter(({ type }) => type === 'text');
  const isFull =
    !isSaid && !fits(json + texts.map((block) => ('text' in block ? block.text : '')).join(''), TEXT_LIMITS);
  const others = isFull ? content.filter(({ type }) => type !== 'text') : content;
  return { content: isSaid ? content : [...others, text(json)], structuredContent: value };
}

/** JSON that a server only wrote as a text. */
function onlyJson(blocks: readonly unknown[]): unknown {
  const [only] = blocks;
  return blocks.length === 1 && isJsonObject(only) && typeof only['text'] === 'string'
    ? parsed(only['text'])
    : undefined;
}

function parsed(json: string): unknown {
  return /^\s*[[{]/.test(json) ? parseKeepingDigits(json) : undefined;
}

function shortened(value: unknown): ContentBlock[] {
  const { notes, text: short } = truncatedJson(value, SHORTENED);
  return [text(short), text(`${SHOWN_IN_PART} ${notes.join(' ')}`)];
}

const SHOWN_IN_PART = 'The answer was too long and is shown in part.';
const SHORTENED: TextLimits = {
  characters: TEXT_LIMITS.characters - 2_000,
  tokens: TEXT_LIMITS.tokens - 800,
};

/** How much is left of what a client takes of one result. */
function createRoom() {
  let left = SHORTENED;
  let mediaBytes = MEDIA_BYTES_TOTAL;

  function shorter(long: string): string {
    const isIn = fits(long, left);
    const json = isIn ? undefined : parsed(long);
    const cut = json === undefined ? undefined : truncatedJson(json, left);
    const begun = isIn ? undefined : (cut?.text ?? truncatedText(long, false, left).text);
    const shown = begun === undefined ? long : `${begun}\n${SHOWN_IN_PART}`;
    const used = shown.length / SHORTENED.characters;
    left = {
      characters: Math.max(left.characters - shown.length, 200),
      tokens: Math.max(Math.floor(left.tokens - used * SHORTENED.tokens), 100),
    };
    return shown;
  }

  function takesMedia(base64: string): boolean {
    const bytes = Math.floor((base64.length * 3) / 4);
    if (bytes > MEDIA_BYTES_MAX || bytes > mediaBytes) return false;
    mediaBytes -= bytes;
    return true;
  }

  return {
    fit(block: ContentBlock): ContentBlock {
      if (block.type === 'text') return { ...block, text: shorter(block.text) };
      if (block.type === 'image' || block.type === 'audio')
        return takesMedia(block.data) ? block : tooLarge(block.type, block.mimeType);
      if (block.type !== 'resource') return block;
      const { resource } = block;
      if ('text' in resource) return { ...block, resource: { ...resource, text: shorter(resource.text) } };
      return takesMedia(resource.blob) ? block : tooLarge('resource', resource.mimeType);
    },
  };
}

function tooLarge(kind: string, mimeType: string | undefined): ContentBlock {
  return text(
    `The server answered with a part (${kind}${mimeType === undefined ? '' : `, ${mimeType}`}) that is too large to be shown.`,
  );
}

/** A block with the fields that we know; a sentence about one that is none. */
function readBlock(block: unknown): ContentBlock {
  if (!isJsonObject(block)) return UNKNOWN;
  const found = readKind(block);
  const annotations = readAnnotations(block['annotations']);
  return annotations === undefined ? found : { ...found, annotations };
}

function readKind(block: JsonObject): ContentBlock {
  const { data, mimeType, name, resource, type, uri } = block;
  switch (type) {
    case 'text':
      return typeof block['text'] === 'string' ? text(block['text']) : UNKNOWN;
    case 'image':
      return isWord(mimeType) && isBase64(data) && data !== '' ? readImage(data, mimeType) : UNKNOWN;
    case 'audio':
      return isWord(mimeType) && isBase64(data) ? { type, data, mimeType } : UNKNOWN;
    case 'resource': {
      const content = isJsonObject(resource) ? readResource(resource) : undefined;
      return content === undefined ? UNKNOWN : { type, resource: content };
    }
    case 'resource_link': {
      if (!isWord(uri) || !isWord(name)) return UNKNOWN;
      const { description, size, title } = block;
      return {
        type,
        uri,
        name,
        ...(isWord(title) && { title }),
        ...(isWord(description) && { description }),
        ...(isWord(mimeType) && { mimeType }),
        ...(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 && { size }),
      };
    }
    default:
      return UNKNOWN;
  }
}

/** An API of a model refuses what it cannot see, and the conversation with it. */
function readImage(data: string, stated: string): ContentBlock {
  const seen = imageTypeOf(stated.toLowerCase(), Buffer.from(data.slice(0, 16), 'base64'));
  return seen === undefined
    ? text(`The server answered with an image (${stated}) of a kind that models do not see.`)
    : { type: 'image', data, mimeType: seen };
}

function readResource({ blob, mimeType, text: said, uri }: JsonObject): ResourceContent | undefined {
  if (!isWord(uri)) return undefined;
  const about = { uri, ...(isWord(mimeType) && { mimeType }) };
  if (typeof said === 'string') return { ...about, text: said };
  return isBase64(blob) ? { ...about, blob } : undefined;
}

function readAnnotations(value: unknown): BlockAnnotations | undefined {
  if (!isJsonObject(value)) return undefined;
  const { audience, lastModified, priority } = value;
  const isAudience =
    Array.isArray(audience) &&
    audience.every((one) => one === 'user' || one === 'assistant') &&
    audience.length <= 2;
  const found: BlockAnnotations = {
    ...(isAudience && { audience: audience as NonNullable<BlockAnnotations['audience']> }),
    ...(typeof priority === 'number' && priority >= 0 && priority <= 1 && { priority }),
    ...(isWord(lastModified) && { lastModified }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length <= WORD_CHARACTERS_MAX;
}

function isBase64(value: unknown): value is string {
  return typeof value === 'string' && value.length % 4 === 0 && BASE64.test(value);
}

function text(said: string): ContentBlock {
  return { type: 'text', text: said };
}

const UNKNOWN = text('The server answered with a part of a kind that is not known here.');

const INVALID = {
  code: 'upstream_invalid',
  message: 'The MCP server answered with something that is no result of a tool.',
};
const NOT_STRUCTURED = {
  code: 'upstream_invalid',
  message: 'The MCP server answered without the structured content that its tool declares.',
};
const TOO_LARGE = {
  code: 'upstream_too_large',
  message: 'The structured content of the answer is larger than what clients take.',
  hint: 'Ask for less. It may have taken effect: check before you call again.',
};

function invalid(requestId: string): ToolResult {
  return errorResult({ status: 502, ...INVALID, request_id: requestId });
}

/** What the server said stands after it, as far as it can be shown. */
function withDiagnostics(
  fault: { code: string; message: string; hint?: string },
  requestId: string,
  content: readonly ContentBlock[],
): ToolResult {
  const diagnosed = errorResult({ status: 502, ...fault, request_id: requestId });
  return { ...diagnosed, content: [...diagnosed.content, ...content] };
}
