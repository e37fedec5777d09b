import { headAgain, readHead, type RequestHead, type SeenHead } from './request-head.ts';

/** A request as it stands on the wire, read. */
export interface ReadRequest {
  readonly head: RequestHead;
  readonly body: Buffer;
}

/** `more`: as far as it goes it may be one. `other`: it is none, or none for every day; somebody else reads it. */
export type Reading = ReadRequest | 'more' | 'other';

const BODY_BYTES_MAX = 64 * 1024;
/** What a connection may keep of what it has heard, for as long as nothing comes on it. */
const REMEMBERED_BYTES_MAX = 8 * 1024;

/**
 * Reads the requests of one connection, each of which is nothing special, with a body if it is a POST, and is all there,
 * to its last byte and not beyond.
 */
export function createRequestReader(): (bytes: Buffer) => Reading {
  let seen: SeenHead | undefined;

  function read(bytes: Buffer): RequestHead | 'more' | 'other' {
    const found = readHead(bytes);
    if (typeof found === 'string') return found;
    seen = bytes.length <= REMEMBERED_BYTES_MAX ? found : undefined;
    return found.head;
  }

  return (bytes) => {
    const head = (seen && headAgain(bytes, seen)) ?? read(bytes);
    if (typeof head === 'string') return head;
    const bodyBytes = bytes.length - head.bytes;
    if (head.bodyBytes > BODY_BYTES_MAX || bodyBytes > head.bodyBytes) return 'other';
    return bodyBytes < head.bodyBytes ? 'more' : { head, body: bytes.subarray(head.bytes) };
  };
}
