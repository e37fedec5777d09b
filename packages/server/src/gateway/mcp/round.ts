import { META_CAPABILITIES, type Dialect } from '@latchkey/tools';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';

/** What a request of 2026-07-28 says of its client, and of the rounds before it (MRTR). */
export interface Round {
  readonly capabilities: JsonObject;
  readonly inputResponses?: JsonObject | undefined;
  readonly requestState?: string | undefined;
  /** What asks is ourselves: whoever answers can be asked by nobody behind us. */
  readonly isOurs?: true;
}

/** Undefined: of an older revision, which has no rounds. The params have been checked: see `readDialect`. */
export function readRound(params: JsonObject | undefined, dialect: Dialect): Round | undefined {
  if (!dialect.isModern) return undefined;
  const { _meta: meta, inputResponses, requestState } = params ?? {};
  const capabilities = isJsonObject(meta) ? meta[META_CAPABILITIES] : undefined;
  return {
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    ...(isJsonObject(inputResponses) && { inputResponses }),
    ...(typeof requestState === 'string' && { requestState }),
  };
}
