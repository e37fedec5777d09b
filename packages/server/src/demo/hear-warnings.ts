import { format } from 'node:util';

/**
 * The SDK tells the console what it makes of a refusal, and takes no other place for it. While `act` runs, `hear` is told
 * instead: it is part of the story.
 */
export async function hearWarnings<Value>(
  hear: (warning: string) => void,
  act: () => Promise<Value>,
): Promise<Value> {
  const { warn } = console;
  console.warn = (...said: unknown[]) => hear(format(...said));
  try {
    return await act();
  } finally {
    console.warn = warn;
  }
}
