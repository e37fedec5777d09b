import { createInterface } from 'node:readline';
import { urlOf } from '../http/url.ts';
import { clean } from '../text/clean.ts';
import type { Approver, SignInPurpose } from '../walk.ts';
import { openBrowser } from './browser.ts';
import { listenOnLoopback } from './loopback.ts';

const WAIT_MS = 5 * 60 * 1000;

const WANTED: Readonly<Record<SignInPurpose, string>> = {
  connect: 'Sign in and press Allow:',
  replay: 'Once more, for a code that is replayed. Press Allow:',
  reuse: 'Once more, for a refresh token that is reused. Press Allow:',
  deny: 'Once more, and this time press Deny or Cancel:',
};

export interface PersonIo {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
}

export interface PersonOptions {
  readonly open: boolean;
  readonly waitMs?: number;
  /** What Ctrl-C does while an address can be pasted. Default: what it does everywhere else. */
  readonly interrupt?: () => void;
}

/**
 * A person with a browser. It comes back to a listener on this machine; from another machine the person pastes the
 * address that the browser ended at, if there is a terminal to paste into.
 */
export async function createPersonApprover(
  { stdin, stderr }: PersonIo,
  { interrupt = interruptSelf, open, waitMs = WAIT_MS }: PersonOptions,
): Promise<Approver & { close(): Promise<void> }> {
  const loopback = await listenOnLoopback();
  return {
    redirectUri: loopback.redirectUri,
    async approve({ authorizeUrl, purpose }) {
      stderr.write(`\n${WANTED[purpose]}\n\n  ${clean(authorizeUrl, 4_000)}\n\n`);
      if (open && !(await openBrowser(authorizeUrl)))
        stderr.write('No browser could be opened: open the URL by hand.\n');
      const paste = stdin.isTTY === true ? askForUrl(stdin, stderr, interrupt) : undefined;
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), waitMs);
      });
      try {
        return await Promise.race([
          loopback.next(stateOf(authorizeUrl)),
          timeout,
          ...(paste === undefined ? [] : [paste.answer]),
        ]);
      } finally {
        clearTimeout(timer);
        paste?.close();
      }
    },
    close: () => loopback.close(),
  };
}

function askForUrl(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  interrupt: () => void,
): { answer: Promise<string | undefined>; close: () => void } {
  const lines = createInterface({ input, output });
  // Of a terminal it reads key by key, and would take Ctrl-C for itself.
  lines.on('SIGINT', interrupt);
  const answer = new Promise<string | undefined>((resolve) => {
    lines.question('On another machine? Paste the address that the browser ended at: ', (line) => {
      resolve(line.trim() === '' ? undefined : line.trim());
    });
    // By Ctrl-D, or by the end of what is typed: nobody will paste anything.
    lines.once('close', () => resolve(undefined));
  });
  return { answer, close: () => lines.close() };
}

function stateOf(authorizeUrl: string): string | null {
  return urlOf(authorizeUrl)?.searchParams.get('state') ?? null;
}

function interruptSelf(): void {
  process.kill(process.pid, 'SIGINT');
}
