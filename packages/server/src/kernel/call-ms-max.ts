/**
 * No call lasts longer, however it goes on: it is broken off. So whoever announced one twice as long ago, and did not say
 * what came of it, is gone.
 */
export const CALL_MS_MAX = 60 * 60_000;
