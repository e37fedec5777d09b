/** A request as one to a proxy names the whole URL (RFC 9112 section 3.2.2). Which host it names, nothing here asks. */
export function originForm(target: string): string {
  if (target.startsWith('/') || !URL.canParse(target)) return target;
  const { pathname, search } = new URL(target);
  return pathname + search;
}
