/** In characters: of the page, and of one field. A field that never ends would be read again from each beginning. */
const LOOKED_AT = 256 * 1024;
const PASSWORD_FIELD = /<input\b[^>]{0,500}type=["']?password/i;

/** Whether a page of HTML asks for a password. */
export function asksToSignIn(html: string): boolean {
  return PASSWORD_FIELD.test(html.slice(0, LOOKED_AT));
}
