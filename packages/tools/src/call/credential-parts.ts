/** What is put on a request to an upstream. Lower-case header names; a query is appended as it stands. */
export interface CredentialParts {
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: string | undefined;
  /** It is good for longer than this call, so an upstream that sends it back must not be passed on as it is. */
  readonly isLasting?: boolean | undefined;
}

/**
 * A path with its query, and the credential's query at its end. A parameter of the same name that is there already
 * goes, however it is escaped: whichever of two a server reads, it reads ours.
 */
export function withQuery(path: string, { query }: CredentialParts): string {
  if (query === undefined) return path;
  const mark = path.indexOf('?');
  const own = nameOf(query);
  const others = (mark < 0 ? '' : path.slice(mark + 1))
    .split('&')
    .map((pair) =>
      pair
        .split(';')
        .filter((part) => nameOf(part) !== own)
        .join(';'),
    )
    .filter((pair) => pair !== '');
  return `${mark < 0 ? path : path.slice(0, mark)}?${[...others, query].join('&')}`;
}

function nameOf(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  const spaced = name.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
