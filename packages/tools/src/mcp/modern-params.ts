// MCP 2026-07-28, Versioning: each request says for itself how it is written.
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

const META_PREFIX = 'io.modelcontextprotocol/';
export const META_VERSION = `${META_PREFIX}protocolVersion`;
export const META_CAPABILITIES = `${META_PREFIX}clientCapabilities`;
const META_CLIENT = `${META_PREFIX}clientInfo`;

/** The revision that a message claims to be written in, if it claims one. */
export function claimedRevision(params: JsonObject | undefined): unknown {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta[META_VERSION] : undefined;
}

/** What is wrong with the params of a request of a modern revision, whatever its method; undefined: nothing. */
export function faultOfModernParams(params: JsonObject | undefined): string | undefined {
  const meta = isObject(params?.['_meta']) ? params['_meta'] : {};
  if (!isObject(meta[META_CAPABILITIES])) return `_meta holds ${META_CAPABILITIES}.`;
  if (meta[META_CLIENT] !== undefined && !isObject(meta[META_CLIENT])) return `${META_CLIENT} is an object.`;
  // What an earlier round had asked (MRTR).
  const { inputResponses, requestState } = params ?? {};
  if (inputResponses !== undefined && !isObjectOfObjects(inputResponses))
    return 'params.inputResponses is an object of objects.';
  if (requestState !== undefined && typeof requestState !== 'string')
    return 'params.requestState is a string.';
  return undefined;
}

function isObjectOfObjects(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isObject);
}
