import type { ResponseHeaders } from './types.ts';

const LINKS_CHARACTERS = 16_000;

/** The target of `rel=next` in a Link header (RFC 8288 section 3), as it is written. */
export function nextLinkOf(headers: ResponseHeaders): string | undefined {
  const header = headers['link'];
  if (header === undefined) return undefined;
  const text = (typeof header === 'string' ? header : header.join(', ')).slice(0, LINKS_CHARACTERS);
  // Blanks are counted, so that no run of them is tried in many ways.
  const link =
    /<([^<>]{0,8000})>((?:\s{0,20};\s{0,20}[\w*-]{1,40}(?:\s{0,20}=\s{0,20}(?:"(?:[^"\\]|\\.){0,2000}"|[^\s",;]{0,2000}))?)*)/g;
  for (const [, target, parameters = ''] of text.matchAll(link)) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))/i.exec(parameters);
    const types = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
    if (target !== undefined && types.includes('next')) return target;
  }
  return undefined;
}
