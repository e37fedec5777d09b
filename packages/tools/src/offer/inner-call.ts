import { coerceArguments } from '../call/coerce.ts';
import type { ArgumentFault } from '../call/types.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { OWN_SCHEMAS } from './own-tools.ts';

/** The call that a call of `call_read_tool` or `call_write_tool` asks for. Whether it is allowed is not decided here. */
export interface InnerCall {
  readonly name: string;
  readonly arguments: JsonObject;
}

/** `arguments` may come as JSON text, as clients send objects. */
export function readInnerCall(
  tool: 'call_read_tool' | 'call_write_tool',
  args: JsonObject,
): Result<InnerCall, readonly ArgumentFault[]> {
  const faults: ArgumentFault[] = [];
  const { name, arguments: inner } = coerceArguments(OWN_SCHEMAS[tool], args, faults);
  if (faults.length > 0) return fail(faults);
  return ok({ name: String(name), arguments: isObject(inner) ? inner : {} });
}
