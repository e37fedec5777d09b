import { fail, ok, type Result } from '../../kernel/result.ts';

export const SLUG_CHARACTERS_MIN = 3;
export const SLUG_CHARACTERS_MAX = 40;

// The same as the CHECK constraint of the table: the slug stands in the connector URL.
const FORM = /^[a-z0-9](?:-?[a-z0-9])*$/;

/** Words that are, or may become, a path of ours or a host name: nobody may pose as them. */
const RESERVED: ReadonlySet<string> = new Set(
  `mcp sse api app portal oauth oidc authorize token register revoke introspect consent well-known
   login logout sign-in sign-out sign-up signed-out setup healthz readyz metrics assets static public favicon robots
   admin administrator operator root system internal latchkey official security support help docs status www mail
   settings account new edit null undefined stdio`.split(/\s+/),
);

export type SlugFault = 'slug_invalid' | 'slug_reserved';

export function parseSlug(text: string): Result<string, SlugFault> {
  const fits = text.length >= SLUG_CHARACTERS_MIN && text.length <= SLUG_CHARACTERS_MAX;
  if (!fits || !FORM.test(text)) return fail('slug_invalid');
  return RESERVED.has(text) ? fail('slug_reserved') : ok(text);
}

/** A slug that resembles the name (`Société Générale` becomes `societe-generale`), or nothing if none does. */
export function suggestSlug(name: string): string | undefined {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const plain = words.join('-').slice(0, SLUG_CHARACTERS_MAX).replace(/-$/, '');
  if (plain === '') return undefined;
  const slug = plain.length < SLUG_CHARACTERS_MIN || RESERVED.has(plain) ? `${plain}-team` : plain;
  return parseSlug(slug).ok ? slug : undefined;
}
