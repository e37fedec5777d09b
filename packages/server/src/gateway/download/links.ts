import { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import type { Principal } from '../../kernel/principal.ts';
import { seal, unseal } from '../../kernel/seal.ts';
import type { JsonObject } from '../../kernel/json.ts';

/** A call to be made again for its file, by the same caller, at the same place. */
export interface DownloadOrder {
  readonly orgId: string;
  readonly actorId: string;
  readonly keyId: string;
  readonly grantId: string | undefined;
  /** The canonical path of the resource that the tool was called at. */
  readonly resourcePath: string;
  readonly connectorId: string;
  /** The tool as it is called there. */
  readonly tool: string;
  readonly arguments: JsonObject;
}

export interface DownloadLinks {
  /** Undefined: the arguments are too long for an address. */
  make(order: DownloadOrder): string | undefined;
  /** What a reference stands for; undefined: it was never ours, was changed, or has expired. */
  open(reference: string): DownloadOrder | undefined;
}

export const DOWNLOAD_PATH = '/downloads/';

const LIVES_SECONDS = 600;
const CONTEXT = 'download 1';
/** Of an address, as a whole: what proxies and clients carry. */
const REFERENCE_CHARACTERS_MAX = 6_000;

const sealedSchema = z.strictObject({
  o: z.string(),
  a: z.string(),
  k: z.string(),
  g: z.string().nullable(),
  r: z.string(),
  c: z.string(),
  t: z.string(),
  i: z.record(z.string(), z.unknown()),
  x: z.int(),
});

/**
 * Links that hold all that they stand for, sealed, so that every node can open them and none has to keep anything.
 * They say what to fetch and for whom; they are no credential.
 */
export function createDownloadLinks({
  key,
  mcpBaseUrl,
  clock,
}: {
  key: Uint8Array;
  mcpBaseUrl: string;
  clock: Clock;
}): DownloadLinks {
  const nowSeconds = (): number => Math.floor(clock.nowMs() / 1_000);
  return {
    make(order) {
      const content: z.infer<typeof sealedSchema> = {
        o: order.orgId,
        a: order.actorId,
        k: order.keyId,
        g: order.grantId ?? null,
        r: order.resourcePath,
        c: order.connectorId,
        t: order.tool,
        i: order.arguments,
        x: nowSeconds() + LIVES_SECONDS,
      };
      const text = JSON.stringify(content);
      if (text.length > REFERENCE_CHARACTERS_MAX) return undefined;
      const reference = seal(key, text, CONTEXT);
      return reference.length > REFERENCE_CHARACTERS_MAX ? undefined : mcpBaseUrl + DOWNLOAD_PATH + reference;
    },

    open(reference) {
      if (reference.length > REFERENCE_CHARACTERS_MAX || !/^[\w-]{40,}$/.test(reference)) return undefined;
      const text = opened(key, reference);
      if (text === undefined) return undefined;
      const { a, c, g, i, k, o, r, t, x } = sealedSchema.parse(JSON.parse(text));
      if (x <= nowSeconds()) return undefined;
      return {
        orgId: o,
        actorId: a,
        keyId: k,
        grantId: g ?? undefined,
        resourcePath: r,
        connectorId: c,
        tool: t,
        arguments: i,
      };
    },
  };
}

function opened(key: Uint8Array, reference: string): string | undefined {
  // One spelling alone is a reference of ours: base64url forgives bits at its end.
  if (Buffer.from(reference, 'base64url').toString('base64url') !== reference) return undefined;
  try {
    return unseal(key, reference, CONTEXT);
  } catch {
    return undefined;
  }
}

/** Whether the order is this caller's own: the same person or agent, in the same organisation, by the same approval. */
export function isOwnOrder(order: DownloadOrder, { actor, grantId, keyId, orgId }: Principal): boolean {
  return (
    order.orgId === orgId && order.actorId === actor.id && order.keyId === keyId && order.grantId === grantId
  );
}
