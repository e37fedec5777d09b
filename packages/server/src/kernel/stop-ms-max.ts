/** Of a stop, without a drain: calls under way have ten seconds; what is held is written after. */
export const STOP_MS_MAX = 15_000;
