const TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/;
/** Types in which something could run, wherever they are opened. */
const ACTIVE = /html|xml|svg|script|flash|xaml|java|wasm/;

/**
 * Headers for a stranger's file at an origin that also serves sign-in: it is saved and never shown, its type is not
 * guessed, nothing in it runs, and no cache keeps it. Flat: name, value, name, value.
 */
export function fileHeaders(contentType: string, name: string): readonly string[] {
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const isHarmless = TYPE.test(essence) && !ACTIVE.test(essence);
  return [
    'Content-Type',
    isHarmless ? essence : 'application/octet-stream',
    'Content-Disposition',
    dispositionOf(name),
    'X-Content-Type-Options',
    'nosniff',
    'Content-Security-Policy',
    "default-src 'none'; frame-ancestors 'none'; sandbox",
    'Cross-Origin-Resource-Policy',
    'same-origin',
    'Referrer-Policy',
    'no-referrer',
    'Cache-Control',
    'private, no-store',
    'Vary',
    'Authorization, X-API-Key',
  ];
}

/** RFC 6266 with both spellings. What is left of the name can end neither the value nor the header. */
function dispositionOf(name: string): string {
  const ascii = name.replace(/[^\w .()+-]/g, '_');
  const extended = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '_')).replace(/['()*]/g, escaped);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extended}`;
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
