import type { Config } from './config.ts';
import { isLoopbackHost } from './telemetry/scrape-door.ts';

type Settings = Pick<
  Config,
  | 'databaseUrl'
  | 'handoffSecret'
  | 'host'
  | 'mcpBaseUrl'
  | 'port'
  | 'redisUrl'
  | 'secret'
  | 'telemetry'
  | 'webBaseUrl'
>;

/** The service is reached from other machines: one of its addresses is not this machine's own. */
export function isPublic({ mcpBaseUrl, webBaseUrl }: Pick<Settings, 'mcpBaseUrl' | 'webBaseUrl'>): boolean {
  return [mcpBaseUrl, webBaseUrl].some((url) => url !== undefined && !isOfThisMachine(url));
}

/** It takes connections from other machines, whatever its addresses say. */
export function listensForOthers({ host }: Pick<Settings, 'host'>): boolean {
  return !isLoopbackHost(host);
}

/**
 * What nobody may serve other people with, a sentence each, which never shows a secret; none: it may start. On this
 * machine alone everything goes, so that trying it out takes no preparation.
 */
export function faultsOfServing(settings: Settings): string[] {
  return [...faultsOfAddresses(settings), ...(isPublic(settings) ? faultsOfSecrets(settings) : [])];
}

function faultsOfAddresses(settings: Settings): string[] {
  const { host, mcpBaseUrl, port, webBaseUrl } = settings;
  const given = Object.entries({ PUBLIC_MCP_BASE_URL: mcpBaseUrl, PUBLIC_WEB_BASE_URL: webBaseUrl });
  const faults: string[] = [];
  for (const [name, url] of given)
    if (url?.startsWith('http:') === true && !isOfThisMachine(url))
      faults.push(
        `${name}: must be https, because ${new URL(url).host} is not this machine: passwords and tokens would cross the network for everybody on the way to read`,
      );
  if (isPublic(settings))
    for (const [name, url] of given)
      if (url !== undefined ? isOfThisMachine(url) : name === 'PUBLIC_MCP_BASE_URL')
        faults.push(
          `${name}: must be an address that other machines reach, as the other host's is, and not ${url ?? 'unset'}: an app that is sent from the one to the other would come to itself`,
        );
  if (listensForOthers(settings) && mcpBaseUrl === undefined && !isPublic(settings))
    faults.push(
      `PUBLIC_MCP_BASE_URL: must be set where HOST is ${host}, which other machines reach: to the https address that they use, or to http://localhost:${port} if none of them gets that far (a container whose port is published on 127.0.0.1)`,
    );
  return faults;
}

function faultsOfSecrets({ databaseUrl, handoffSecret, redisUrl, secret, telemetry }: Settings): string[] {
  const faults: string[] = [];
  const own = { LATCHKEY_SECRET: secret, OAUTH_HANDOFF_SECRET: handoffSecret };
  for (const [name, value] of Object.entries({ ...own, LATCHKEY_METRICS_TOKEN: telemetry?.token }))
    if (value !== undefined && looksLikeAnExample(value))
      faults.push(`${name}: is an example or a pattern, not chance. Make one: openssl rand -base64 32`);
  if (secret !== undefined && secret === handoffSecret)
    faults.push('OAUTH_HANDOFF_SECRET: must be another secret than LATCHKEY_SECRET');
  for (const [name, url] of Object.entries({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }))
    if (url !== undefined && hasDefaultPassword(url))
      faults.push(`${name}: its password is one that is tried first. Give that user another one`);
  return faults;
}

/** Names that end in .localhost lead nowhere else either (RFC 6761 section 6.3). */
function isOfThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return isLoopbackHost(hostname) || hostname.endsWith('.localhost');
}

/** None of them comes about by chance, where a secret has 32 characters or more. */
const EXAMPLE_WORDS =
  /change.?me|change.?this|replace|example|placeholder|default|secret|password|latchkey|insecure|your[-_ ]/i;
const CHARACTERS_MIN = 8;

function looksLikeAnExample(value: string): boolean {
  if (EXAMPLE_WORDS.test(value) || new Set(value).size < CHARACTERS_MIN) return true;
  // 1234567890123…: it says the same again and again.
  for (let period = 1; period <= value.length / 2; period += 1)
    if (value.startsWith(value.slice(period))) return true;
  return false;
}

const DEFAULT_PASSWORDS = new Set(
  (
    'postgres password passw0rd latchkey latchkey-demo changeme change-me secret example admin root redis default ' +
    'foobared test 12345678 123456'
  ).split(' '),
);

/** One that images and tutorials come with, or the user's own name. None at all: the server knows us by other means. */
function hasDefaultPassword(url: string): boolean {
  const { password, username } = new URL(url);
  return password !== '' && (DEFAULT_PASSWORDS.has(password.toLowerCase()) || password === username);
}
