// MCP 2026-07-28, Streamable HTTP: what every request says of itself, in `_meta` and in headers.
import type { JsonObject } from '../../kernel/json.ts';
import { VERSION } from '../../version.ts';

export const MODERN_REVISION = '2026-07-28';
export const CLIENT_INFO = { name: 'latchkey', title: 'Latchkey', version: VERSION };

const PREFIX = 'io.modelcontextprotocol/';

/** Declares no capability of our own: whatever a server wants of a person, it asks whoever called. */
export function modernParams(params: JsonObject, capabilities: JsonObject = {}): JsonObject {
  const given = params['_meta'];
  return {
    ...params,
    _meta: {
      ...(typeof given === 'object' ? given : {}),
      [`${PREFIX}protocolVersion`]: MODERN_REVISION,
      [`${PREFIX}clientInfo`]: CLIENT_INFO,
      [`${PREFIX}clientCapabilities`]: capabilities,
    },
  };
}

/** By the name or the URI in the parameters, where a method has one. */
export function modernHeaders(method: string, params: JsonObject): Record<string, string> {
  const headers: Record<string, string> = {
    'mcp-protocol-version': MODERN_REVISION,
    'mcp-method': method,
  };
  const name = method === 'tools/call' ? params['name'] : undefined;
  if (typeof name === 'string') headers['mcp-name'] = headerText(name);
  return headers;
}

const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
const LOOKS_ENCODED = /^=\?base64\?.*\?=$/i;

/** A text as the value of a header: as it is, or in base64 where it cannot be. */
export function headerText(text: string): string {
  const isPlain = PLAIN.test(text) && !LOOKS_ENCODED.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
