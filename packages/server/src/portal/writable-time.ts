/** Whether we write a time as the database reads it, with four digits for its year; one a little before or after, too. */
export function isWritableTime(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  return year >= 2 && year <= 9998;
}
