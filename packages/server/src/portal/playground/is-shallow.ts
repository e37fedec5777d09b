/** Whether a value nests at most so deep. It does not recurse itself: what asks this is about to. */
export function isShallow(value: unknown, depthMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return false;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((field) => typeof field === 'object' && field !== null)
        : [],
    );
  }
  return true;
}
