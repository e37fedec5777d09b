const POOL_SIZE = /^--v8[-_]pool[-_]size(?:=|$)/;

/**
 * What Node is begun with as one of several workers. V8 gives each process four threads of its own for collecting what is
 * not used any more, as if nobody else was at work; here all processors have calls to do, which would wait for them. What
 * this process was begun with stands.
 */
export function workerFlags(own: readonly string[]): string[] {
  return own.some((flag) => POOL_SIZE.test(flag)) ? [...own] : [...own, '--v8-pool-size=1'];
}
