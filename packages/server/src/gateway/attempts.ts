import type { Message } from '@latchkey/tools';
import type { Principal } from '../kernel/principal.ts';
import type { Resource } from '../kernel/resource.ts';
import type { Answer } from './mcp/answer.ts';
import { isJsonObject } from '../kernel/json.ts';
import type { AnyRequest } from '../kernel/whole-exchange.ts';

/** Follows how apps get on with connecting, from where the doors see it. */
export interface DoorAttempts {
  /** Somebody was answered 401, or 400 for two credentials; `fault` says what was wrong with what they showed. */
  challenged(
    req: AnyRequest,
    resource: Resource,
    fault: 'key_refused' | 'token_refused' | 'credential_unusable' | 'two_credentials' | undefined,
  ): void;
  /** Undefined, for nearly every request: nobody asks what comes of it. */
  asked(request: {
    readonly principal: Principal;
    readonly message: Message;
    readonly resource: Resource;
    readonly headers: AnyRequest['headers'];
    /** The address that it came from; undefined: it was passed on. */
    readonly peer: string | undefined;
  }): ((fault?: string) => void) | undefined;
}

/** Why an answer is none that a client can go on with. It is parsed, so this is for first answers alone. */
export function faultOfAnswer({ body, status }: Answer): string | undefined {
  if (status >= 400) return `status ${status}`;
  if (body === undefined) return undefined;
  const pieces = typeof body === 'string' ? [body] : body;
  const value: unknown = JSON.parse(pieces.map((piece) => piece.toString()).join(''));
  if (!isJsonObject(value)) return undefined;
  const { error, result } = value;
  if (isJsonObject(error)) return `error ${String(error['code'])}`;
  return isJsonObject(result) && result['isError'] === true ? 'failed' : undefined;
}
