import { Problem } from './problem.ts';

/** The bytes of a body, refused as soon as there are too many: no body is ever held beyond its cap. */
export async function* chunksUpTo(request: Request, bytesMax: number): AsyncGenerator<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (request.body === null) return;
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    yield chunk;
  }
}

/** The type without its parameters, lower case; empty if there is none. */
export function mediaTypeOf(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function tooLarge(bytesMax: number): Problem {
  return new Problem('payload_too_large', `At most ${bytesMax} bytes are taken.`);
}
