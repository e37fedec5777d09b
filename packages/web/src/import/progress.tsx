import { useMutation } from '@tanstack/react-query';
import { cancelImport, importQuery, type ImportView } from '../api/imports.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { importText } from '../text/import.ts';
import { Problem } from '../ui/problem.tsx';
import { inBytes } from './in-bytes.ts';

const text = importText.progress;

/** A document is being fetched or read, which may take a while, and may be stopped. */
export function Progress({ view }: { view: ImportView }) {
  const { slug: org } = useOrganisation();
  const { queryKey } = importQuery(org, view.id);
  const cancelling = useMutation({
    mutationFn: () => cancelImport(org, view.id),
    async onSuccess(cancelled) {
      // What was asked before it was cancelled says that it goes on.
      await queryClient.cancelQueries({ queryKey, exact: true });
      queryClient.setQueryData(queryKey, cancelled);
    },
    onError: () => queryClient.invalidateQueries({ queryKey, exact: true }),
  });
  const { progress } = view;
  const isFetching = view.state === 'fetching';
  const name = isFetching ? text.fetching : text.checking;
  return (
    <section className="sheet import-progress" aria-busy="true">
      <h2>{name}</h2>
      <progress
        aria-label={name}
        {...(progress?.total ? { value: progress.done, max: progress.total } : {})}
      />
      <p role="status" className="quiet">
        {progress === null
          ? ''
          : isFetching
            ? text.fetched(inBytes(progress.done))
            : progress.total === null
              ? ''
              : text.checked(progress.done, progress.total)}
      </p>
      <p className="small quiet">{text.stay}</p>
      {cancelling.isError ? <Problem error={cancelling.error} /> : null}
      <button
        type="button"
        className="button secondary"
        disabled={cancelling.isPending}
        onClick={() => cancelling.mutate()}
      >
        {cancelling.isPending ? text.cancelling : text.cancel}
      </button>
    </section>
  );
}
