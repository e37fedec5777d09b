import { deepestCause } from '../kernel/deepest-cause.ts';
import { AppError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Mail } from '../store/queries/node-mail.ts';
import type { Store } from '../store/store.ts';
import { createOutbox } from './outbox.ts';
import { createSealedMail, isMailName, newMailName } from './sealed-mail.ts';

/** One node asks another and gets an answer, through the database that they share. */
export interface NodeMail {
  /** Of this process: random, in ids of what lives here. */
  readonly nodeId: string;
  /**
   * Asks the node of that id; undefined: there is no such node, or it did not answer in time (default 5 s). A question
   * that no node takes is taken back after 5 s, however long its answer may take. Throws if the other node failed at it,
   * or if it cannot be asked at the moment.
   */
  ask(nodeId: string, subject: string, body: string, timeoutMs?: number): Promise<string | undefined>;
  /** Answers what others ask of this node. One handler for a subject. */
  answer(subject: string, handler: (body: string) => Promise<string>): void;
  close(): Promise<void>;
}

const ANSWERED_MS = 5_000;
/** A node that lives takes its mail within moments: what still waits after this is for nobody. */
const TAKEN_MS = 5_000;
const RETRY_MS = 1_000;
/** Subjects of answers. */
const DONE = 'done';
const FAILED = 'failed';

interface Question {
  readonly resolve: (answer: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Hears of its mail as soon as the store listens for changes. `key` is the same on every node. */
export function createNodeMail({
  store,
  key,
  log,
  takenMs = TAKEN_MS,
}: {
  store: Pick<Store, 'nodeMail' | 'onMail'>;
  key: Uint8Array;
  log: Log;
  /** For tests. */
  takenMs?: number | undefined;
}): NodeMail {
  const nodeId = newMailName();
  const sealed = createSealedMail(store, key);
  const outbox = createOutbox();
  const handlers = new Map<string, (body: string) => Promise<string>>();
  const questions = new Map<string, Question>();
  let claiming: Promise<void> | undefined;
  let isClaiming = false;
  let isMore = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  function note(error: unknown, message: string): void {
    if (!isClosed) log.warn({ error: deepestCause(error).message }, message);
  }

  function claim(): void {
    isMore = true;
    if (!isClaiming) claiming = claimAll();
  }

  async function claimAll(): Promise<void> {
    isClaiming = true;
    clearTimeout(retry);
    try {
      while (isMore && !isClosed) {
        isMore = false;
        const claimed = await store.nodeMail.claim(nodeId);
        isMore ||= claimed.isMore;
        for (const mail of claimed.mail) take(mail);
      }
    } catch (error) {
      note(error, 'mail of other nodes could not be read; it will be tried again');
      if (!isClosed) retry = setTimeout(claim, RETRY_MS).unref();
    } finally {
      isClaiming = false;
    }
  }

  function take(mail: Mail): void {
    const { answers, subject } = mail;
    const body = sealed.open(mail);
    if (body === undefined) log.warn({ subject }, 'mail that no node of this service wrote was thrown away');
    else if (answers === null) void reply(mail, body);
    else if (subject === DONE) questions.get(answers)?.resolve(body);
    else questions.get(answers)?.reject(OTHER_FAILED);
  }

  async function reply({ id, fromNode, subject }: Mail, question: string): Promise<void> {
    const back = { id: newMailName(), answers: id, fromNode: nodeId, toNode: fromNode };
    try {
      const body = await answerHere(subject, question).catch((error: unknown) => {
        note(error, 'what another node asked failed');
      });
      await sealed.post({ ...back, subject: body === undefined ? FAILED : DONE, body: body ?? '' });
    } catch (error) {
      note(error, 'another node could not be answered');
    }
  }

  async function answerHere(subject: string, body: string): Promise<string> {
    const handler = handlers.get(subject);
    if (handler === undefined) throw new Error(`nothing here answers ${subject}`);
    return handler(body);
  }

  async function askOther(toNode: string, subject: string, body: string, timeoutMs: number) {
    const taken = outbox.add(toNode, body.length);
    const id = newMailName();
    const timers: NodeJS.Timeout[] = [];
    try {
      const posted = sealed.post({ id, answers: null, fromNode: nodeId, toNode, subject, body });
      return await new Promise<string | undefined>((resolve, reject) => {
        questions.set(id, { resolve, reject });
        const refuse = (cause: unknown): void => reject(notPosted(cause));
        posted.catch(refuse);
        async function takeBack(): Promise<void> {
          await posted;
          const wasTaken = !(await store.nodeMail.withdraw(id, nodeId));
          taken();
          if (!wasTaken || timeoutMs <= takenMs) resolve(undefined);
        }
        timers.push(setTimeout(() => void takeBack().catch(refuse), Math.min(takenMs, timeoutMs)));
        if (timeoutMs > takenMs) timers.push(setTimeout(() => resolve(undefined), timeoutMs));
      });
    } finally {
      for (const timer of timers) clearTimeout(timer);
      questions.delete(id);
      taken();
    }
  }

  store.onMail(nodeId, claim);

  return {
    nodeId,
    async ask(toNode, subject, body, timeoutMs = ANSWERED_MS) {
      if (toNode === nodeId) return answerHere(subject, body);
      return isMailName(toNode) && !isClosed ? askOther(toNode, subject, body, timeoutMs) : undefined;
    },
    answer(subject, handler) {
      handlers.set(subject, handler);
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      for (const { resolve } of questions.values()) resolve(undefined);
      await claiming;
    },
  };
}

const OTHER_FAILED = new AppError('internal', 'Something went wrong on our side.', {
  internalMessage: 'another node failed at what it was asked',
});

function notPosted(cause: unknown): AppError {
  return new AppError('unavailable', 'This cannot be passed on at the moment. Try again.', {
    internalMessage: 'another node could not be asked',
    cause,
    retryAfterSeconds: 1,
  });
}
