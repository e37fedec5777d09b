import { relativeTime } from './relative-time.ts';

const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

/** "3 days ago", with the exact time for machines and for whoever points at it. */
export function When({ at, absent }: { at: string | null; absent: string }) {
  if (at === null) return <span className="quiet">{absent}</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={EXACT.format(date)}>
      {relativeTime(date.getTime(), Date.now())}
    </time>
  );
}
