import type { Member } from '../../oauth/support/world.ts';

export const cookieOf = ({ browser }: Pick<Member, 'browser'>): string =>
  [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

/** A write as the dashboard sends it; a test bends the headers. */
export function portalRequest(
  url: string,
  by: Pick<Member, 'browser'>,
  slug: string,
  path: string,
  headers: Record<string, string> = {},
  body: unknown = {},
): Promise<Response> {
  return fetch(`${url}/portal/v1/organisations/${slug}${path}`, {
    method: 'POST',
    headers: { cookie: cookieOf(by), origin: url, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** A key that somebody makes by hand. */
export async function keyOf(
  url: string,
  by: Pick<Member, 'browser'>,
  slug: string,
  access: 'read' | 'full' = 'full',
): Promise<{ id: string; secret: string }> {
  const wanted = { name: 'By hand', access, expires_in_days: 30 };
  const response = await portalRequest(url, by, slug, '/keys', {}, wanted);
  if (response.status !== 201) throw new Error(`key: ${response.status} ${await response.text()}`);
  return (await response.json()) as { id: string; secret: string };
}
