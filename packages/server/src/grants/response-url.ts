const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

/**
 * Adds response parameters so that each is there exactly once, whatever the URI brought (RFC 9207 section 2.4). All
 * else of the URI stays byte for byte as it was registered (RFC 6749 section 3.1.2).
 */
export function responseUrl(redirectUri: string, parameters: Readonly<Record<string, string>>): string {
  const mark = redirectUri.indexOf('?');
  const place = mark < 0 ? redirectUri : redirectUri.slice(0, mark);
  const brought = mark < 0 ? [] : redirectUri.slice(mark + 1).split('&');
  const kept = brought.filter((pair) => pair !== '' && !isResponseParameter(pair));
  return `${place}?${[...kept, new URLSearchParams(parameters).toString()].join('&')}`;
}

function isResponseParameter(pair: string): boolean {
  return [...new URLSearchParams(pair).keys()].some((name) => RESPONSE_PARAMETERS.includes(name));
}
