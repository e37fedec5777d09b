import { catalogueModeOf, listed } from '@latchkey/tools';
import { toolsOf, type Compiled } from './compiled.ts';
import { countProblems, type ProblemCounts } from './operations.ts';
import { problemsOf } from './problems.ts';

const TAGS_MAX = 500;

/** An import in numbers. Stored as it is. */
export interface ImportReport {
  readonly title: string;
  readonly servers: string[];
  readonly security: {
    readonly name: string;
    readonly type: string;
    readonly in: string | null;
    readonly parameter: string | null;
    readonly scheme: string | null;
  }[];
  readonly operations: number;
  readonly tools: { readonly read: number; readonly full: number };
  readonly skipped: number;
  readonly problems: ProblemCounts;
  readonly tags: { readonly tag: string; readonly operations: number }[];
  readonly bytes: number;
  readonly tokens: number;
  readonly mode: 'full' | 'search';
}

export function reportFor(compiled: Compiled, source: { readonly url?: string | undefined }): ImportReport {
  const tools = toolsOf(compiled).map(({ tool }) => tool);
  const api = compiled.kind === 'openapi' ? compiled.catalogue : undefined;
  const skipped = compiled.catalogue.skipped?.length ?? 0;
  const { bytes, mode, tokens } = catalogueModeOf(tools.map(listed), api?.mode);
  const tags = new Map<string, number>();
  for (const tag of tools.flatMap((tool) => tool.tags)) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  return {
    title: compiled.catalogue.title ?? '',
    servers: (api?.servers ?? []).flatMap((server) => absolute(server, source.url)),
    security: (api?.security ?? []).map((scheme) => ({
      name: scheme.name,
      type: scheme.type,
      in: scheme.in ?? null,
      parameter: scheme.parameterName ?? null,
      scheme: scheme.scheme ?? null,
    })),
    operations: tools.length + skipped,
    tools: {
      read: tools.filter(({ access }) => access === 'read').length,
      full: tools.filter(({ access }) => access === 'full').length,
    },
    skipped,
    problems: countProblems(problemsOf(compiled)),
    tags: [...tags]
      .map(([tag, operations]) => ({ tag, operations }))
      .sort((a, b) => b.operations - a.operations || (a.tag < b.tag ? -1 : 1))
      .slice(0, TAGS_MAX),
    bytes,
    tokens,
    mode,
  };
}

/** A relative server is on the host that the document came from (OpenAPI, Server Object). */
function absolute(server: string, from: string | undefined): string[] {
  if (!URL.canParse(server, from)) return [];
  const url = new URL(server, from);
  const isFit =
    (url.protocol === 'https:' || url.protocol === 'http:') && url.search === '' && url.hash === '';
  return isFit ? [url.origin + url.pathname.replace(/\/+$/, '')] : [];
}
