import { tamed } from './tamed.ts';

/** Text that somebody else chose: in its own direction, without what hides or turns text round, and not endless. */
export function Foreign({ text, max = 200 }: { text: string; max?: number }) {
  return <bdi>{tamed(text, max)}</bdi>;
}
