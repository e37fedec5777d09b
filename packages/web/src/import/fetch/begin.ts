import type { Source } from '../../api/imports.ts';

export const BEGIN_KINDS = ['url', 'file', 'paste', 'mcp'] as const;

export type BeginKind = (typeof BEGIN_KINDS)[number];

/** What is typed to begin an import. What was typed for one kind is still there after another. */
export interface Begin {
  kind: BeginKind;
  url: string;
  mcpUrl: string;
  transport: 'streamable-http' | 'sse';
  pasted: string;
}

export const NO_BEGIN: Begin = { kind: 'url', url: '', mcpUrl: '', transport: 'streamable-http', pasted: '' };

/** The same source once more, to begin with. */
export function beginWith(source: Source | null): Begin {
  if (source === null) return NO_BEGIN;
  if (source.kind === 'url') return { ...NO_BEGIN, kind: 'url', url: source.url };
  if (source.kind === 'mcp') {
    return { ...NO_BEGIN, kind: 'mcp', mcpUrl: source.url, transport: source.transport };
  }
  return { ...NO_BEGIN, kind: source.file_name === null ? 'paste' : 'file' };
}
