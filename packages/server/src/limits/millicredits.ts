/** What so many credits are in thousandths. What is finer is rounded up, and what only binary fractions make finer is not. */
export function millicreditsOf(credits: number): number {
  const nearest = Math.round(credits * 1000);
  return nearest / 1000 === credits ? nearest : Math.ceil(credits * 1000);
}
