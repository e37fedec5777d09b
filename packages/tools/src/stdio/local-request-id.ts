import { randomUUID } from 'node:crypto';

/** Of what never left this machine. */
export function localRequestId(): string {
  return `local_${randomUUID()}`;
}
