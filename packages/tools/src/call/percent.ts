/** RFC 3986 section 2.3. */
const UNRESERVED = /^[\w.~-]*$/;
const RESERVED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B|3D|5B|5D)/gi;

/** Everything but unreserved characters is escaped, so a value can never end the place it stands in. */
export function percentEncoded(text: string): string {
  if (UNRESERVED.test(text)) return text;
  // Half of a surrogate pair is no character, and `encodeURIComponent` throws at it.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

/**
 * For `allowReserved`: reserved characters stay, and so do escapes that are there already. `&`, `#` and `+` do not
 * stay, because in a query they would end or change the value.
 */
export function reservedEncoded(text: string): string {
  return percentEncoded(text)
    .replace(RESERVED, (escape) => decodeURIComponent(escape))
    .replace(/%25([0-9A-Fa-f]{2})/g, '%$1');
}
