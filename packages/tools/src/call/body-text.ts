const BYTE_ORDER_MARK = '\uFEFF';

/** Bytes as the text that their media type says they are, UTF-8 if it says nothing; without a byte order mark. */
export function bodyText(body: Buffer, contentType: string): string {
  const charset = /charset="?([\w-]{1,40})/i.exec(contentType)?.[1] ?? 'utf-8';
  const text = /^utf-?8$/i.test(charset) ? body.toString('utf8') : inCharset(charset, body);
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function inCharset(charset: string, body: Buffer): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}
