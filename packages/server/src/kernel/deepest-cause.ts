/**
 * What is at the bottom of an error, for the log: the database's own complaint rather than the query around it, whose
 * message holds the query's parameters, and those are other people's secrets and addresses.
 */
export function deepestCause(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return error.cause instanceof Error ? deepestCause(error.cause) : error;
}
