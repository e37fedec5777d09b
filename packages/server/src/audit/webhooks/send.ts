import type { IncomingMessage } from 'node:http';
import { createGuardedOpen, type GuardedOpenOptions } from '../../kernel/guarded-open.ts';

const DEADLINE_MS = 10_000;
const ANSWER_BYTES_MAX = 1024;

/** Why nobody answered. */
export type SendFault = 'address' | 'unknown_host' | 'certificate' | 'deadline' | 'unreachable';

export interface Sent {
  readonly status: number | null;
  readonly fault: SendFault | null;
  /** How the answer began, as text that can be stored and shown. */
  readonly answer: string | null;
}

/**
 * Posts to an address that an organisation's admin named: public ones alone, by https, resolved once and connected to
 * where that leads (guarded-open.ts). A redirect is an answer like any other. Never throws.
 */
export function createSendWebhook({
  deadlineMs = DEADLINE_MS,
  ...guard
}: GuardedOpenOptions & { deadlineMs?: number } = {}) {
  const open = createGuardedOpen(guard);

  return async function send(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    /** Breaks it off: whether it arrived is not known then. */
    givenUp?: AbortSignal,
  ): Promise<Sent> {
    const controller = new AbortController();
    const giveUp = () => controller.abort();
    if (givenUp?.aborted === true) giveUp();
    givenUp?.addEventListener('abort', giveUp);
    const timer = setTimeout(() => controller.abort(), deadlineMs);
    try {
      const opened = await open(
        url,
        {
          ...headers,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          // What is small when packed need not be when unpacked.
          'accept-encoding': 'identity',
        },
        controller.signal,
        body,
      );
      if (!opened.ok) return { status: null, fault: 'address', answer: null };
      const { statusCode: status = 0 } = opened.value;
      return { status, fault: null, answer: await beginningOf(opened.value) };
    } catch (error) {
      return { status: null, fault: controller.signal.aborted ? 'deadline' : faultOf(error), answer: null };
    } finally {
      clearTimeout(timer);
      givenUp?.removeEventListener('abort', giveUp);
      // The rest of a long answer is not waited for.
      controller.abort();
    }
  };
}

export type SendWebhook = ReturnType<typeof createSendWebhook>;

/** What has come until the deadline; the status stands either way. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= ANSWER_BYTES_MAX) break;
    }
  } catch {
    // It broke off.
  }
  const text = Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString('utf8');
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '\uFFFD');
}

function faultOf(error: unknown): SendFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown_host';
  return /CERT|TLS|SELF_SIGNED|UNABLE_TO_/.test(code) ? 'certificate' : 'unreachable';
}
