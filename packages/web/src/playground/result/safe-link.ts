/** An address that a browser may be sent to from here; undefined: it is of another kind. */
export function safeLink(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { href, protocol } = new URL(uri);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

const MEDIA = {
  image: /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/,
  audio: /^audio\/[\w.+-]{1,60}$/,
} as const;

/** A picture or a sound as an address; undefined: it is none, or of a type that could be more than that. */
export function mediaUrl(kind: keyof typeof MEDIA, mimeType: unknown, data: unknown): string | undefined {
  if (typeof mimeType !== 'string' || typeof data !== 'string') return undefined;
  if (!MEDIA[kind].test(mimeType) || !/^[A-Za-z0-9+/=]*$/.test(data)) return undefined;
  return `data:${mimeType};base64,${data}`;
}
