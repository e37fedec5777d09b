import { limitHeaders, type AskedLimit } from './headers.ts';

/** An answer that is not written yet, as Hono has it. */
interface Answer {
  header(name: string, value: string | undefined): void;
}

/** Tells who was refused what the limit is, and when to come again. */
export function sayLimit(answer: Answer, asked: AskedLimit): void {
  const flat = limitHeaders([asked]);
  for (let at = 0; at < flat.length; at += 2) answer.header(flat[at] ?? '', flat[at + 1]);
}
