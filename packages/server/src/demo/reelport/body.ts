import { Problem } from './problem.ts';

/** The bytes of a body, refused as soon as there are too many: no body is ever held beyond its cap. */
export async function* chunksUpTo(request: Request, bytesMax: number): AsyncGenerator<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (request.body === null) return;
  let bytes = 0;
  // Not cancelled when it is refused, so that what is left can be discarded in good order.
  for await (const chunk of request.body.values({ preventCancel: true })) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    yield chunk;
  }
}

const DISCARD_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Reads what is left of a refused body and forgets it: a client that is still sending would otherwise lose the
 * answer with its connection. Within limits: one that sends for ever loses it.
 */
export async function discardRest({ body }: Request): Promise<void> {
  if (body === null || body.locked) return;
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > DISCARD_BYTES_MAX) return;
    }
  } catch {
    // The client went away: there is nothing left to discard.
  }
}

/** The type without its parameters, lower case; empty if there is none. */
export function mediaTypeOf(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function tooLarge(bytesMax: number): Problem {
  return new Problem('payload_too_large', `At most ${bytesMax} bytes are taken.`);
}
