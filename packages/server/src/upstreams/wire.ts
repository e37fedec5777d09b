import { nestsDeeperThan, parseKeepingDigits } from '@latchkey/tools';
import { isJsonObject } from '../kernel/json.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { ChannelFault, WireMessage } from './channel.ts';
import { faultOf } from './fault.ts';

/** What is handed on is written again by code that recurses. */
const DEPTH_MAX = 256;
/** 2025-03-26 has batches, and no size for them. */
const BATCH_MAX = 1_000;

/** What a server said, as messages: one, or those of a batch (MCP 2025-03-26, Base protocol). */
export function readWire(json: Buffer): Result<readonly WireMessage[], ChannelFault> {
  const value = nestsDeeperThan(json, DEPTH_MAX) ? undefined : parseKeepingDigits(json.toString('utf8'));
  if (isJsonObject(value)) return ok([value]);
  if (!Array.isArray(value) || value.length === 0 || value.length > BATCH_MAX || !value.every(isJsonObject))
    return fail(faultOf('upstream_invalid'));
  return ok(value);
}
