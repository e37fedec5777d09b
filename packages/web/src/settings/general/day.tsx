const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });

/** A day to keep in mind, such as the last one of something. */
export function Day({ at }: { at: string }) {
  return <time dateTime={at}>{DAY.format(new Date(at))}</time>;
}
