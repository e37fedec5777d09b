/** The page of an organisation's own sign-in, which leads on to `returnTo`. */
export function companyPath(slug: string, returnTo?: string): string {
  const path = `/sign-in/company/${slug}`;
  return returnTo === undefined || returnTo === '/app'
    ? path
    : `${path}?return_to=${encodeURIComponent(returnTo)}`;
}
