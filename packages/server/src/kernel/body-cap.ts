/** What is needed of a request of the control plane's framework, which the kernel does not know. */
interface RequestContext {
  readonly req: {
    readonly raw: Request;
    /** Bodies that were read already, by how. */
    readonly bodyCache: object;
  };
}

/**
 * Middleware that lets bodies of up to `bytesMax` through. One that says its length is judged by that; one that comes in
 * chunks, with none, is read up to the cap and kept for who reads it next. (The framework's own makes another request of
 * it, which those of its Node adapter cannot become.)
 */
export function bodyCap<Context extends RequestContext>({
  bytesMax,
  onTooLarge,
}: {
  bytesMax: number;
  /** What is answered; it may throw. */
  onTooLarge: (context: Context) => Response;
}) {
  return async (context: Context, next: () => Promise<void>): Promise<Response | void> => {
    const { headers } = context.req.raw;
    const length = headers.has('transfer-encoding') ? null : headers.get('content-length');
    if (length !== null) return Number(length) > bytesMax ? onTooLarge(context) : next();
    const { body } = context.req.raw;
    if (body === null) return next();
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) return onTooLarge(context);
      chunks.push(chunk);
    }
    const kept = Promise.resolve(new Uint8Array(Buffer.concat(chunks, bytes)).buffer);
    Object.assign(context.req.bodyCache, { arrayBuffer: kept });
    return next();
  };
}
