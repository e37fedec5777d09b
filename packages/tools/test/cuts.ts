/** From where to where each piece goes of so many bytes that are cut at these places, of which none is empty. */
export function cutsOf(length: number, places: readonly number[]): [from: number, to: number][] {
  const at = [0, ...new Set(places.map((place) => place % (length + 1))), length].toSorted((a, b) => a - b);
  return at
    .slice(1)
    .map((to, index): [number, number] => [at[index] ?? 0, to])
    .filter(([from, to]) => to > from);
}
