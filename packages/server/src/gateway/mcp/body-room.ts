import { AppError } from '../../kernel/errors.ts';
import type { Principal } from '../../kernel/principal.ts';

export interface BodyRoomLimits {
  /** What is held of messages that are not whole yet, in bytes, on this node. */
  readonly perKeyBytes: number;
  readonly perOrganisationBytes: number;
  readonly totalBytes: number;
}

/** What is held of one message. */
export interface BodyPlace {
  /** As much more has come. An error: there is no room for it. */
  take(bytes: number): AppError | undefined;
  /** Nothing of it is held any more. */
  leave(): void;
}

/** Bounds what is held of messages while they are on their way, which nobody has counted as calls yet. */
export function createBodyRoom({ perKeyBytes, perOrganisationBytes, totalBytes }: BodyRoomLimits) {
  const counts = new Map<string, number>();
  let total = 0;

  const countOf = (name: string): number => counts.get(name) ?? 0;

  function count(name: string, by: number): void {
    const left = countOf(name) + by;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  }

  function countAll({ keyId, orgId }: Pick<Principal, 'keyId' | 'orgId'>, by: number): void {
    total += by;
    count(keyId, by);
    count(orgId, by);
  }

  return {
    enter({ keyId, orgId }: Pick<Principal, 'keyId' | 'orgId'>): BodyPlace {
      let held = 0;
      return {
        take(bytes) {
          if (countOf(keyId) + bytes > perKeyBytes) return tooMuch('this key');
          if (countOf(orgId) + bytes > perOrganisationBytes) return tooMuch('your organisation');
          if (total + bytes > totalBytes) return FULL;
          held += bytes;
          countAll({ keyId, orgId }, bytes);
          return undefined;
        },
        leave() {
          if (held > 0) countAll({ keyId, orgId }, -held);
          held = 0;
        },
      };
    },
  };
}

function tooMuch(whose: string): AppError {
  return new AppError(
    'concurrency_limited',
    `Too many large messages of ${whose} are on their way at once. Try again when one of them is over.`,
    { retryAfterSeconds: 1 },
  );
}

const FULL = new AppError(
  'overloaded',
  'The message was not read: this service receives as many large ones as it can hold. Try again.',
  { retryAfterSeconds: 2 },
);
