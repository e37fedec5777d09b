import { useMutation } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import {
  changeImport,
  conflictOf,
  importQuery,
  isBusy,
  type ImportSettings,
  type ImportView,
} from '../api/imports.ts';
import { queryClient } from '../api/query-client.ts';
import { useKept } from '../ui/use-kept.ts';
import { addTo, isEmpty, NO_PATCH, patched, without, type Patch } from './patch.ts';

const TYPING_MS = 600;

export interface Draft {
  view: ImportView;
  /** The import when it was last ready: lists are asked for by it, and stay while a change is checked. */
  checked: ImportView;
  /** With what was changed here. */
  settings: ImportSettings;
  /** Whether lists can be asked for: they are not while a change is checked. */
  mayAsk: boolean;
  change: (more: Partial<Patch>) => void;
  state: 'saved' | 'unsaved' | 'saving' | 'checking';
  /** Why it could not be saved; a conflict is none. */
  error: unknown;
  retry: () => void;
  /** Somebody else changed the import: what it is now. */
  conflict: ImportView | undefined;
  /** Saves what was changed here over what somebody else did, or gives it up. */
  settle: (whose: 'mine' | 'theirs') => void;
}

/**
 * What is decided about an import. The server has it; what is not there yet is kept in this tab and saved by itself
 * a moment after the last change.
 */
export function useDraft(org: string, view: ImportView, checked: ImportView): Draft {
  const [patch, setPatch] = useKept<Patch>(`import:${org}:${view.id}`, NO_PATCH);
  const { queryKey } = importQuery(org, view.id);
  const saving = useMutation({
    mutationFn: async (sent: Patch) => {
      await queryClient.cancelQueries({ queryKey, exact: true });
      return changeImport(org, view.id, view.revision, patched(view.settings, sent));
    },
    onSuccess: (saved, sent) => {
      queryClient.setQueryData(queryKey, saved);
      setPatch((now) => without(now, sent));
    },
    onError: (error) => {
      const now = conflictOf(error)?.import;
      // Its own checking makes a new revision, too: nobody decided anything, so nobody is asked.
      if (now && JSON.stringify(now.settings) === JSON.stringify(view.settings)) {
        queryClient.setQueryData(queryKey, now);
        saving.reset();
      }
    },
  });
  const { isError, isPending, mutate, reset } = saving;
  const isWaiting = !isEmpty(patch);
  const isChecking = isBusy(view);
  const mayBeSaved = view.state === 'ready' || view.state === 'rejected';

  useEffect(() => {
    if (!isWaiting || !mayBeSaved || isPending || isError) return undefined;
    const timer = setTimeout(() => mutate(patch), TYPING_MS);
    return () => clearTimeout(timer);
  }, [patch, isWaiting, mayBeSaved, isPending, isError, mutate]);

  const settings = useMemo(() => patched(view.settings, patch), [view.settings, patch]);
  const conflict = isError ? (conflictOf(saving.error)?.import ?? undefined) : undefined;
  return {
    view,
    checked,
    settings,
    mayAsk: !isPending && !isChecking,
    change: (more) => {
      // What was refused may be mended by this.
      if (isError && conflict === undefined) reset();
      setPatch((was) => addTo(was, more));
    },
    state: isPending ? 'saving' : isChecking ? 'checking' : isWaiting ? 'unsaved' : 'saved',
    error: isError && conflict === undefined ? saving.error : undefined,
    retry: () => mutate(patch),
    conflict,
    settle: (whose) => {
      if (conflict === undefined) return;
      queryClient.setQueryData(queryKey, conflict);
      if (whose === 'theirs') setPatch(NO_PATCH);
      reset();
    },
  };
}
