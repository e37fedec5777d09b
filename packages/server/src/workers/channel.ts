import { AppError } from '../kernel/errors.ts';
import { withinDeadline } from '../kernel/within-deadline.ts';

/** What two processes say to each other over the pipe that one began the other with. */
export interface Channel {
  tell(subject: string, body?: unknown): void;
  onTold(subject: string, handler: (body: unknown) => void): void;
  /** Rejects where the other fails at it, is gone, or does not answer in `timeoutMs`. */
  ask(subject: string, body: unknown, timeoutMs: number): Promise<unknown>;
  /** One handler for a subject. */
  answer(subject: string, handler: (body: unknown) => unknown): void;
  /** The other is gone: nobody waits for it. */
  close(): void;
}

export interface Pipe {
  /** Throws, or says it to `done`, where the other is gone. */
  send(message: unknown, done: (error: Error | null) => void): void;
  onMessage(handler: (message: unknown) => void): void;
}

interface Letter {
  readonly latchkey: 'told' | 'asked' | 'done' | 'failed';
  readonly id: number;
  readonly subject: string;
  readonly body?: unknown;
}

interface Question {
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
}

export function createChannel({ onMessage, send }: Pipe): Channel {
  const told = new Map<string, (body: unknown) => void>();
  const answers = new Map<string, (body: unknown) => unknown>();
  const questions = new Map<number, Question>();
  let ids = 0;
  let isClosed = false;

  function post(letter: Letter, failed: (error: Error) => void = () => {}): void {
    if (isClosed) return failed(GONE);
    try {
      send(letter, (error) => error && failed(error));
    } catch (error) {
      failed(error instanceof Error ? error : GONE);
    }
  }

  async function reply({ body, id, subject }: Letter): Promise<void> {
    const handler = answers.get(subject);
    try {
      if (handler === undefined) throw new Error(`nothing here answers ${subject}`);
      post({ latchkey: 'done', id, subject, body: await handler(body) });
    } catch (error) {
      post({ latchkey: 'failed', id, subject, body: error instanceof Error ? error.message : String(error) });
    }
  }

  onMessage((message) => {
    if (!isLetter(message)) return;
    const { body, id, latchkey, subject } = message;
    if (latchkey === 'told') told.get(subject)?.(body);
    else if (latchkey === 'asked') void reply(message);
    else if (latchkey === 'done') questions.get(id)?.resolve(body);
    else questions.get(id)?.reject(new Error(String(body)));
  });

  return {
    tell: (subject, body) => post({ latchkey: 'told', id: 0, subject, body }),
    onTold: (subject, handler) => void told.set(subject, handler),
    async ask(subject, body, timeoutMs) {
      const id = (ids += 1);
      const answered = new Promise<unknown>((resolve, reject) => {
        questions.set(id, { resolve, reject });
        post({ latchkey: 'asked', id, subject, body }, reject);
      });
      try {
        return await withinDeadline(answered, timeoutMs);
      } finally {
        questions.delete(id);
      }
    },
    answer: (subject, handler) => void answers.set(subject, handler),
    close() {
      isClosed = true;
      for (const { reject } of questions.values()) reject(GONE);
    },
  };
}

/** Written by us alone, on a pipe that nobody else has. */
function isLetter(message: unknown): message is Letter {
  return typeof message === 'object' && message !== null && 'latchkey' in message;
}

const GONE = new AppError('unavailable', 'Try again.', {
  internalMessage: 'the process at the other end is gone',
});
