import { randomOctets } from '../kernel/random.ts';
import { seal, unseal } from '../kernel/seal.ts';
import type { Mail } from '../store/queries/node-mail.ts';
import type { Store } from '../store/store.ts';

export interface SealedMail {
  /** Seals the body for this row and writes it. */
  post(mail: Mail): Promise<void>;
  /** What was sealed; undefined: no node of this service has, or not in this row. */
  open(mail: Mail): string | undefined;
}

/** Mail in a database whose reader learns no more of it than which node asks which. */
export function createSealedMail(store: Pick<Store, 'nodeMail'>, key: Uint8Array): SealedMail {
  return {
    post: (mail) => store.nodeMail.post({ ...mail, body: seal(key, mail.body, contextOf(mail)) }),
    open(mail) {
      try {
        return unseal(key, mail.body, contextOf(mail));
      } catch {
        return undefined;
      }
    },
  };
}

/** Good in the channel's name that it becomes part of, and in a session id. */
export const newMailName = (): string => randomOctets(12).toString('base64url');

export const isMailName = (name: string): boolean => /^[A-Za-z0-9_-]{16}$/.test(name);

function contextOf({ answers, fromNode, id, subject, toNode }: Mail): string {
  return JSON.stringify([id, answers, fromNode, toNode, subject]);
}
