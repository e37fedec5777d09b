import { createHash } from 'node:crypto';
import { createNotes, plainText, type ToolFace } from '@latchkey/tools';
import { readMcpTool, type SkippedTool } from './mcp-tool.ts';

/** The snapshot of an MCP server's tools: plain JSON, the same bytes for the same tools. Stored where catalogues are. */
export interface McpCatalogue {
  readonly hash: string;
  /** As the server calls itself; unset where it was never asked. */
  readonly title?: string;
  /** Sorted by name, which is what the server knows it by. What is hidden, or waits for an admin, is in it too. */
  readonly tools: readonly ToolFace[];
  /**
   * What it lists to some who talk with it alone, and not to us, sorted by name; unset: nothing. There are servers with
   * tools for clients alone that can do something for them, such as asking a person.
   */
  readonly alone?: readonly ToolFace[];
  /** Tools that cannot be offered, and why; unset: there is none. */
  readonly skipped?: readonly SkippedTool[];
}

/** `hash` covers everything but itself. */
export function mcpCatalogue(content: Omit<McpCatalogue, 'hash'>): McpCatalogue {
  const { alone = [], tools, ...rest } = content;
  const sorted = {
    ...rest,
    tools: byName(tools),
    ...(alone.length === 0 ? {} : { alone: byName(alone) }),
  };
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  return { hash, ...sorted };
}

function byName(tools: readonly ToolFace[]): readonly ToolFace[] {
  return [...tools].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const ALONE_MAX = 200;

/** With what the server was once seen to list to others. A tool that it lists to us is like any other. */
export function withAlone(
  { skipped, title, tools }: McpCatalogue,
  before: McpCatalogue,
  observed: readonly unknown[] = [],
): McpCatalogue {
  const alone = new Map((before.alone ?? []).map((tool) => [tool.name, tool]));
  for (const tool of catalogueOf({ title: undefined, tools: observed }).catalogue.tools)
    alone.set(tool.name, tool);
  for (const { name } of tools) alone.delete(name);
  return mcpCatalogue({
    ...(title === undefined ? {} : { title }),
    tools,
    ...(skipped === undefined ? {} : { skipped }),
    alone: [...alone.values()].slice(0, ALONE_MAX),
  });
}

/** Of what a server lists. A second tool of one name is none: nobody could say which of the two is called. */
export function catalogueOf({
  title,
  tools: listed,
}: {
  title: string | undefined;
  tools: readonly unknown[];
}): { readonly catalogue: McpCatalogue; readonly suspect: readonly string[] } {
  const tools = new Map<string, ToolFace>();
  const skipped: SkippedTool[] = [];
  const suspect: string[] = [];
  let bytes = 0;
  for (const one of listed) {
    const read = readMcpTool(one);
    bytes += read.ok ? Buffer.byteLength(JSON.stringify(read.value.face)) : 0;
    if (!read.ok) skipped.push(read.error);
    else if (bytes > BYTES_MAX)
      skipped.push({
        name: read.value.face.name,
        reason: 'The server has too many tools, or too large ones.',
      });
    else if (tools.has(read.value.face.name))
      skipped.push({ name: read.value.face.name, reason: 'Another tool has this name.' });
    else {
      tools.set(read.value.face.name, read.value.face);
      if (read.value.isSuspect) suspect.push(read.value.face.name);
    }
  }
  const called = title === undefined ? '' : plainText(title, TITLE_CHARACTERS, '', createNotes());
  const catalogue = mcpCatalogue({
    ...(called === '' ? {} : { title: called }),
    tools: [...tools.values()],
    ...(skipped.length === 0 ? {} : { skipped: skipped.slice(0, SKIPPED_SHOWN) }),
  });
  return { catalogue, suspect };
}

/** Of all tools of a server, as JSON. */
const BYTES_MAX = 16 * 1024 * 1024;
const TITLE_CHARACTERS = 100;
const SKIPPED_SHOWN = 100;

export const NO_TOOLS_YET: McpCatalogue = mcpCatalogue({ tools: [] });
