// Which revision a server speaks (MCP 2026-07-28, Versioning): the newest is tried first where trying does no harm.
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { ChannelFault } from '../channel.ts';
import { faultOf } from '../fault.ts';
import { channelFault } from './http-line.ts';
import { CLIENT_INFO, MODERN_REVISION } from './modern.ts';
import type { ClientFault, Line, Patience, Reply, ServerFacts } from './types.ts';

const NEWEST_LEGACY = '2025-11-25';
const LEGACY_REVISIONS: readonly unknown[] = [NEWEST_LEGACY, '2025-06-18', '2025-03-26', '2024-11-05'];

export interface HandshakeOptions {
  /** A server of 2024-11-05 is not asked for anything newer. */
  readonly mayBeModern: 'first' | 'last' | 'never';
  readonly patience: Patience;
  /** Of the first question, which servers that do not know it may never answer. */
  readonly discoverPatience: Patience;
}

type Shaken = Result<ServerFacts, ClientFault>;

export async function shakeHands(line: Line, options: HandshakeOptions): Promise<Shaken> {
  if (options.mayBeModern !== 'first') return initialize(line, options);
  const found = await discover(line, options.discoverPatience);
  return found ?? initialize(line, options);
}

/** Undefined: it does not speak the newest revision, as far as one can tell. */
async function discover(line: Line, patience: Patience): Promise<Shaken | undefined> {
  line.speak({ isModern: true, revision: MODERN_REVISION });
  const replied = await line.request('server/discover', {}, { patience });
  if (!replied.ok) {
    const { error } = replied;
    const isItsAnswer =
      error.kind === 'channel' &&
      ['upstream_invalid', 'upstream_timeout'].includes(error.fault.code) &&
      error.fault.status !== 401;
    return isItsAnswer ? undefined : fail(error);
  }
  const facts = factsOfDiscovery(replied.value);
  return facts && ok(facts);
}

function factsOfDiscovery(reply: Reply): ServerFacts | undefined {
  if (reply.kind === 'error') return undefined;
  const { supportedVersions, capabilities, _meta } = reply.result;
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(MODERN_REVISION)) return undefined;
  const info = isJsonObject(_meta) ? _meta['io.modelcontextprotocol/serverInfo'] : undefined;
  return factsOf(true, capabilities, info);
}

async function initialize(line: Line, options: HandshakeOptions): Promise<Shaken> {
  line.speak({ isModern: false, revision: undefined });
  const replied = await line.request(
    'initialize',
    { protocolVersion: NEWEST_LEGACY, capabilities: {}, clientInfo: CLIENT_INFO },
    { patience: options.patience },
  );
  if (!replied.ok) return replied;
  if (replied.value.kind === 'error') {
    const found = options.mayBeModern === 'last' ? await discover(line, options.discoverPatience) : undefined;
    return found ?? fail(channelFault(REFUSES));
  }
  const { capabilities, protocolVersion, serverInfo } = replied.value.result;
  if (!LEGACY_REVISIONS.includes(protocolVersion)) return fail(channelFault(UNKNOWN_REVISION));
  line.speak({ isModern: false, revision: String(protocolVersion) });
  await line.notify('notifications/initialized');
  return ok(factsOf(false, capabilities, serverInfo));
}

function factsOf(isModern: boolean, capabilities: unknown, info: unknown): ServerFacts {
  const tools = isJsonObject(capabilities) ? capabilities['tools'] : undefined;
  return {
    isModern,
    title: isJsonObject(info) ? titleOf(info) : undefined,
    hasTools: isJsonObject(tools),
    saysWhenToolsChange: isJsonObject(tools) && tools['listChanged'] === true,
  };
}

function titleOf({ name, title }: JsonObject): string | undefined {
  if (typeof title === 'string') return title;
  return typeof name === 'string' ? name : undefined;
}

const REFUSES: ChannelFault = faultOf('upstream_invalid', {
  message: 'The MCP server does not agree to speak with us.',
});
const UNKNOWN_REVISION: ChannelFault = faultOf('upstream_invalid', {
  message: 'The MCP server speaks a revision of MCP that is not known here.',
});
