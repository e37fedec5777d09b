import { domainToASCII } from 'node:url';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DOMAIN_CHARACTERS_MAX = 253;

/** A domain as it is compared: lower case, ASCII, without a dot at its end. Undefined: it is none. */
export function parseDomain(text: string): string | undefined {
  const domain = domainToASCII(text.trim().replace(/\.$/, '')).toLowerCase();
  if (domain === '' || domain.length > DOMAIN_CHARACTERS_MAX) return undefined;
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  // A last label of digits is an address, and one label alone is a host of somebody's own network.
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(last)
    ? domain
    : undefined;
}

/** The domain of an address, as it is compared. Undefined: it is no address. */
export function domainOfEmail(email: string): string | undefined {
  const at = email.lastIndexOf('@');
  return at < 1 ? undefined : parseDomain(email.slice(at + 1));
}
