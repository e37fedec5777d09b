import { DatabaseOutOfReachError } from '../store/database-out-of-reach.ts';
import { endSoon } from './end-soon.ts';

/** Says why a command failed, and has the process end with a status that tells. */
export function sayFailure(error: unknown): void {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const isExpected = isUsage || error instanceof DatabaseOutOfReachError;
  const words =
    error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`latchkey: ${words}\n`);
  process.exitCode = isUsage ? 2 : 1;
  // Nobody would start again a process that failed and is kept.
  endSoon();
}
