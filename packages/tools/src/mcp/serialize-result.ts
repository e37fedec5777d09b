import { textWithDigits } from '../kept-digits.ts';
import type { Dialect } from './revisions.ts';
import type { ContentBlock, ToolResult } from './tool-result.ts';

/**
 * A tool's result as JSON, with the fields that the client's revision knows. `head` is what results of the modern
 * revisions begin with.
 */
export function serializeResult(result: ToolResult, dialect: Dialect, head: string): string {
  const content = `"content":${JSON.stringify(dialect.hasTitles ? result.content : result.content.map((block) => older(block, dialect)))}`;
  const structured =
    dialect.hasTitles && result.structuredContent !== undefined
      ? `,"structuredContent":${textWithDigits(result.structuredContent)}`
      : '';
  const error = result.isError === true ? ',"isError":true' : '';
  return `${dialect.isModern ? `${head},` : '{'}${content}${structured}${error}}`;
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
