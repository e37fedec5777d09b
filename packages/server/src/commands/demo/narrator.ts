import type { Step } from '../../demo/person.ts';

const METHOD_WIDTH = 6;
const PATH_WIDTH = 58;

export type Narrator = ReturnType<typeof createNarrator>;

/** Tells the story: a numbered sentence for each chapter, below it what went over the wire, then what came of it. */
export function createNarrator(write: (text: string) => void, { colour }: { colour: boolean }) {
  let chapters = 0;
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const statusColour = (status: number) => (status < 400 ? 32 : 33);

  return {
    title: (text: string) => write(`\n${paint(1, text)}\n`),

    chapter(text: string): void {
      chapters += 1;
      write(`\n${paint(1, `${String(chapters).padStart(2)}  ${text}`)}\n`);
    },

    wire: ({ method, path, status }: Step): void => {
      const line = `${method.padEnd(METHOD_WIDTH)} ${path.padEnd(PATH_WIDTH)}`;
      write(`      ${paint(2, line)} ${paint(statusColour(status), String(status))}\n`);
    },

    /** What the app itself had to say. */
    quote: (text: string) => write(`      ${paint(2, `the app: ${text}`)}\n`),

    /** Ends the story unless it holds: the exit status of `--once` rests on these. */
    expect(holds: boolean, text: string): void {
      write(`    ${holds ? paint(32, '✓') : paint(31, '✗')} ${text}\n`);
      if (!holds) throw new Error(`the story broke: ${text}`);
    },
  };
}
