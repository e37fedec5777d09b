import type { FC } from 'hono/jsx';

const WORDS = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** A moment on a page without scripts, which cannot know the reader's zone. */
export const UtcTime: FC<{ at: Date }> = ({ at }) => (
  <time datetime={at.toISOString()}>{WORDS.format(at)} UTC</time>
);
