import { BackupError } from '../../store/backup/backup-error.ts';
import type { Manifest } from '../../store/backup/manifest.ts';
import { refuseToStart } from '../lifecycle.ts';
import { progress } from '../progress.ts';

// What "backup" and "restore" share.

/** Of the key that seals backups, derived from the master secret. */
export const BACKUP_PURPOSE = 'backups';

/** A first Ctrl-C ends the work in order; a second one ends the process. */
export function interruption(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return {
    signal: controller.signal,
    end() {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
    },
  };
}

/** What is expected to go wrong is a sentence; anything else is thrown. */
export function sayFault(error: unknown, signal: AbortSignal): void {
  progress('');
  if (signal.aborted) return refuseToStart(['Broken off. Nothing was left behind.']);
  if (error instanceof BackupError) return refuseToStart([error.message]);
  if (error instanceof Error && error.message.startsWith('Connection terminated')) {
    return refuseToStart(['The database went away meanwhile. Nothing was left behind.']);
  }
  if (!(error instanceof Error) || !('code' in error)) throw error;
  if (error.code === 'EEXIST') return refuseToStart([`${error.message}. Nothing was written.`]);
  if (error.code === 'ENOSPC' || error.code === 'EFBIG' || error.code === 'EDQUOT') {
    return refuseToStart([
      `There is no room for it where it is written (${error.message}). Nothing was left behind.`,
    ]);
  }
  refuseToStart([`${error.message}. Nothing was left behind.`]);
}

export function inRows({ tables }: Manifest): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return `${rows.toLocaleString('en')} rows of ${tables.length} tables`;
}

export function inSize(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
