export interface Form {
  action: URL;
  /** The hidden fields, as they have to be sent back. */
  hidden: Record<string, string>;
  /** What is between its tags. */
  html: string;
}

/** The forms of one of our pages. Not a parser of any HTML: attributes are in double quotes there. */
export function formsOf(html: string, pageUrl: URL): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', inner = '']) => ({
    action: new URL(attributeOf(attributes, 'action') ?? pageUrl.href, pageUrl),
    hidden: Object.fromEntries(
      [...inner.matchAll(/<input\b([^>]*)>/g)]
        .map(([, input = '']) => input)
        .filter((input) => attributeOf(input, 'type') === 'hidden')
        .map((input) => [attributeOf(input, 'name') ?? '', attributeOf(input, 'value') ?? '']),
    ),
    html: inner,
  }));
}

/** Where a page sends the browser by itself. */
export function refreshTarget(html: string): string | undefined {
  const tag = /<meta\b[^>]*http-equiv="refresh"[^>]*>/i.exec(html)?.[0] ?? '';
  return /^\s*\d+\s*;\s*url=(.+)$/i.exec(attributeOf(tag, 'content') ?? '')?.[1];
}

export function attributeOf(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

export function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** The words of a page, for messages about it. */
export function textOf(html: string): string {
  return unescapeHtml(html.replace(/<(style|head)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
