import { headerOf } from './header.ts';
import type { ResponseHeaders } from './types.ts';

const NAME_CHARACTERS = 100;
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['application/zip', 'zip'],
  ['application/gzip', 'gz'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
  ['audio/mpeg', 'mp3'],
  ['audio/wav', 'wav'],
  ['video/mp4', 'mp4'],
]);

/** What a file is called: as the upstream says (RFC 6266), made harmless, or after the tool. Never a path, never empty. */
export function fileNameOf(headers: ResponseHeaders, toolName: string, mimeType: string): string {
  const said = safeName(dispositionName(headerOf(headers, 'content-disposition') ?? ''));
  if (said !== '') return said;
  const extension = EXTENSIONS.get(mimeType);
  return extension === undefined ? toolName : `${toolName}.${extension}`;
}

function dispositionName(header: string): string {
  const value = header.slice(0, 2_000);
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s"]+)/i.exec(value)?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // It is not percent-encoded after all.
    }
  }
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(value);
  return (plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2] ?? '').slice(0, 1_000);
}

/** The last part of a path, of letters, digits and a few marks; not hidden, and no device's name. */
function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(/[^\p{L}\p{N}\p{M} ._()+-]/gu, '_').replace(/^[\s._-]+|[\s.]+$/g, '');
  const dot = clean.lastIndexOf('.');
  const extension = dot > 0 && clean.length - dot <= 12 ? clean.slice(dot) : '';
  const stem = clean.slice(0, clean.length - extension.length);
  const short = stem
    .slice(0, NAME_CHARACTERS - extension.length)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(short)
    ? `_${short}${extension}`
    : `${short}${extension}`;
}
