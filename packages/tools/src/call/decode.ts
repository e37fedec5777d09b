import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { faultOf, tooLarge } from './fault.ts';
import type { UpstreamFault } from './types.ts';

const DECODERS = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', brotliDecompress],
]);

/** We ask for no compression; some servers compress all the same. What it grows to has the same limit. */
export function decoded(
  encoding: string | string[] | undefined,
  body: Buffer,
  bytesMax: number,
  done: (result: Result<Buffer, UpstreamFault>) => void,
): void {
  const decode = typeof encoding === 'string' ? DECODERS.get(encoding.trim().toLowerCase()) : undefined;
  if (!decode || body.length === 0) return done(ok(body));
  decode(body, { maxOutputLength: bytesMax }, (error, plain) => {
    if (!error) return done(ok(plain));
    const isTooLarge = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    done(fail(isTooLarge ? tooLarge(bytesMax) : faultOf('upstream_reset')));
  });
}
