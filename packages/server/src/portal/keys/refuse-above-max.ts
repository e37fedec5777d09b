import type { Access } from '../../kernel/access.ts';
import { AppError } from '../../kernel/errors.ts';

/** What an organisation gives nobody is not promised to a new key either. */
export function refuseAboveMax(wanted: Access, maxAccess: Access): void {
  if (wanted === 'full' && maxAccess === 'read')
    throw new AppError('forbidden', 'This organisation gives read-only access alone: its settings say so.');
}
