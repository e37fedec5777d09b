import { lazy, Suspense, useSyncExternalStore } from 'react';
import { confirmation } from './confirmation.ts';

const ConfirmDialog = lazy(async () => ({
  default: (await import('./confirm-dialog.tsx')).ConfirmDialog,
}));

/** Where the question of `askToConfirm` appears, above whatever page or dialog asked. */
export function ConfirmHost() {
  const asked = useSyncExternalStore(confirmation.subscribe, confirmation.current);
  if (asked === undefined) return null;
  return (
    <Suspense fallback={null}>
      <ConfirmDialog onSettled={asked.settle} />
    </Suspense>
  );
}
