import { relativeTime } from './relative-time.ts';

const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export function momentInWords(at: string): string {
  return EXACT.format(new Date(at));
}

/** The exact time in the reader's zone, where the order of things matters; how long ago for whoever points at it. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={relativeTime(new Date(at).getTime(), Date.now())}>
      {momentInWords(at)}
    </time>
  );
}
