import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import {
  conflictOf,
  diffQuery,
  importQuery,
  isBusy,
  publishImport,
  type ImportDiff,
} from '../../api/imports.ts';
import { connectorsQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { Problem } from '../../ui/problem.tsx';
import { forgetKept, useKept } from '../../ui/use-kept.ts';
import { BaseUrlField } from '../authenticate/base-url-field.tsx';
import { DiffList, useDiffFilter } from '../diff/diff-list.tsx';
import { StepTitle } from '../step-title.tsx';
import type { Draft } from '../use-draft.ts';
import { AboutFields } from './about-fields.tsx';
import { Ticks } from './ticks.tsx';

const text = importText.publish;

/** What changes for everybody, and the button that does it. */
export function PublishStep({ connector, draft }: { draft: Draft; connector: string | undefined }) {
  const { slug: org } = useOrganisation();
  const { view } = draft;
  const { id } = view;
  const filter = useDiffFilter();
  const diff = useInfiniteQuery({
    ...diffQuery(org, draft.checked, filter.change, filter.q),
    enabled: draft.mayAsk,
  });
  const first = diff.data?.pages[0];
  const [ticked, setTicked] = useKept<string[]>(`import-ticked:${org}:${id}`, []);
  const [note, setNote] = useKept(`import-note:${org}:${id}`, '');

  const publishing = useMutation({
    mutationFn: ({ base_version, content_hash, new_write_tools }: ImportDiff) =>
      publishImport(org, id, {
        content_hash,
        base_version,
        ticked: ticked.filter((tool) => new_write_tools.includes(tool)),
        note: note.trim(),
      }),
    onSuccess: async () => {
      for (const kept of ['import', 'import-ticked', 'import-note', 'import-credential']) {
        forgetKept(`${kept}:${org}:${id}`);
      }
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: importQuery(org, id).queryKey, exact: true }),
        queryClient.invalidateQueries(connectorsQuery(org)),
        queryClient.invalidateQueries({ queryKey: ['organisation', org] }),
      ]);
    },
    // What is shown is asked for again; what was ticked and typed stays.
    onError: async (error) => {
      const { queryKey } = importQuery(org, id);
      const now = conflictOf(error)?.import;
      if (now) queryClient.setQueryData(queryKey, now);
      // Nothing is to be had of what is being checked.
      if (!now || !isBusy(now)) await queryClient.invalidateQueries({ queryKey });
    },
  });
  const conflict = conflictOf(publishing.error);
  const isNew = !view.target.exists;
  const others = view.blockers.filter(({ field }) => field === null || !FIELDS.has(field));
  const mayPublish =
    first !== undefined && !diff.isFetching && view.blockers.length === 0 && draft.state === 'saved';
  return (
    <div className="stack">
      <section className="sheet">
        <StepTitle>{isNew ? text.newTitle : text.title}</StepTitle>
        {conflict === undefined ? null : (
          <p role="alert" className="note">
            {text.conflict[conflict.reason]}
          </p>
        )}
        <DiffList filter={filter} query={diff} isFirst={isNew} />
      </section>
      {first === undefined || first.new_write_tools.length === 0 ? null : (
        <Ticks draft={draft} tools={first.new_write_tools} ticked={ticked} onTick={setTicked} />
      )}
      <form
        className="sheet"
        onSubmit={(event) => {
          event.preventDefault();
          if (first !== undefined) publishing.mutate(first);
        }}
      >
        <AboutFields draft={draft} isUpdate={connector !== undefined} note={note} onNote={setNote} />
        {view.source.kind === 'mcp' ? null : (
          <BaseUrlField draft={draft} servers={draft.checked.report?.servers ?? []} />
        )}
        {others.length === 0 ? null : (
          <div className="note">
            <p className="strong">{text.blockedTitle}</p>
            <ul>
              {others.map(({ code, message }) => (
                <li key={`${code} ${message}`}>
                  <Foreign text={message} max={400} />
                </li>
              ))}
            </ul>
          </div>
        )}
        {publishing.isError && conflict === undefined ? <Problem error={publishing.error} /> : null}
        <p className="quiet">{text.effect}</p>
        <button type="submit" className="button" disabled={!mayPublish || publishing.isPending}>
          {publishing.isPending ? text.acting : isNew ? text.actFirst : text.act}
        </button>
      </form>
    </div>
  );
}

/** Those that say themselves what is wrong with them. */
const FIELDS: ReadonlySet<string> = new Set(['slug', 'name', 'base_url']);
