import { useEffect, useRef, useState } from 'react';
import { callTool, type CallOrder, type CallQuestion, type PlaygroundTool } from '../api/playground.ts';
import type { Outcome, Played } from './played.ts';

/** A call from its beginning to its end: asked about first where it may change something, and cancelled at will. */
export function useCall({
  onPlayed,
  org,
  tool,
}: {
  org: string;
  tool: PlaygroundTool;
  onPlayed: (played: Played) => void;
}) {
  const [question, setQuestion] = useState<
    { readonly order: CallOrder; readonly asked: CallQuestion['question'] } | undefined
  >(undefined);
  const [running, setRunning] = useState<{ readonly sinceMs: number } | undefined>(undefined);
  const controller = useRef<AbortController | undefined>(undefined);
  // Whoever leaves wants no answer any more.
  useEffect(() => () => controller.current?.abort(), []);

  async function run(order: CallOrder): Promise<void> {
    const own = new AbortController();
    controller.current = own;
    setRunning({ sinceMs: Date.now() });
    const outcome = await outcomeOf(org, order, own.signal);
    if (controller.current !== own) return;
    controller.current = undefined;
    setRunning(undefined);
    if (outcome.kind === 'question') return setQuestion({ order, asked: outcome.question });
    const { agreed: _, answer: __, ...plain } = order;
    nextId += 1;
    onPlayed({ id: nextId, tool, order: plain, at: new Date().toISOString(), outcome });
  }

  return {
    running,
    asked: question?.asked,

    /** Does nothing while one is running. */
    begin(order: CallOrder): void {
      if (controller.current !== undefined) return;
      const mayWrite = tool.access === 'full' && order.access === 'full';
      // Where an admin wants a word, the server asks, with the arguments in it.
      if (mayWrite && tool.confirmation === null) {
        const { consumes_credits, credits } = tool;
        setQuestion({ order, asked: { kind: 'write', consumes_credits, credits } });
      } else void run(order);
    },
    agree(): void {
      if (question === undefined) return;
      const { asked, order } = question;
      setQuestion(undefined);
      void run(
        asked.kind === 'write'
          ? { ...order, agreed: true }
          : { ...order, agreed: true, answer: { state: asked.state, agreed: true } },
      );
    },
    decline(): void {
      if (question === undefined) return;
      const { asked, order } = question;
      setQuestion(undefined);
      // It is on record that it was asked, and so is the answer.
      if (asked.kind === 'confirmation')
        void callTool(
          org,
          { ...order, answer: { state: asked.state, agreed: false } },
          AbortSignal.timeout(DECLINE_MS),
        ).catch(() => undefined);
    },
    cancel: () => controller.current?.abort(),
  };
}

const DECLINE_MS = 10_000;
let nextId = 0;

async function outcomeOf(
  org: string,
  order: CallOrder,
  signal: AbortSignal,
): Promise<Outcome | { readonly kind: 'question'; readonly question: CallQuestion['question'] }> {
  try {
    const answer = await callTool(org, order, signal);
    return answer.kind === 'result'
      ? { kind: 'result', result: answer }
      : { kind: 'question', question: answer.question };
  } catch (error) {
    return signal.aborted ? { kind: 'cancelled' } : { kind: 'unanswered', error };
  }
}
