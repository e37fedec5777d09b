import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { operationsQuery, type ImportOperation, type ImportReport } from '../../api/imports.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { StepTitle } from '../step-title.tsx';
import type { Draft } from '../use-draft.ts';
import { Views } from '../views.tsx';
import { ChoiceDialog } from './choice-dialog.tsx';
import { OperationTree } from './operation-tree.tsx';
import { ToolBeside } from './tool-beside.tsx';
import {
  chosenOf,
  findChosen,
  grouped,
  including,
  rowsOf,
  type Chosen,
  type GroupBy,
  type OperationView,
} from './tree.ts';

const text = importText.choose;
const VIEWS = ['all', 'tools', 'out', 'read', 'full'] as const;
/** Of more operations than this the groups begin closed. */
const OPEN_MAX = 60;

/** Which operations become tools, and which access they take. */
export function ChooseStep({ draft, report }: { draft: Draft; report: ImportReport }) {
  if (draft.view.source.kind !== 'mcp') return <ChooseOperations draft={draft} report={report} />;
  return (
    <section className="sheet">
      <StepTitle>{text.title}</StepTitle>
      <p>{text.ofServer}</p>
    </section>
  );
}

function ChooseOperations({ draft, report }: { draft: Draft; report: ImportReport }) {
  const { slug: org } = useOrganisation();
  const [loaded, setLoaded] = useState(0);
  const operations = useQuery({
    ...operationsQuery(org, draft.checked, setLoaded),
    enabled: draft.mayAsk,
  });
  return (
    <>
      <StepTitle>{text.title}</StepTitle>
      {operations.data === undefined ? (
        operations.isError ? (
          <Problem error={operations.error} onRetry={() => void operations.refetch()} />
        ) : (
          <>
            <Skeleton rows={6} label={text.loading} />
            <p className="small quiet">{loaded === 0 ? '' : text.loaded(loaded, report.operations)}</p>
          </>
        )
      ) : (
        <Chooser draft={draft} report={report} operations={operations.data} />
      )}
    </>
  );
}

interface ChooserProps {
  draft: Draft;
  report: ImportReport;
  operations: readonly ImportOperation[];
}

function Chooser({ draft, operations, report }: ChooserProps) {
  const [q, setQ] = useState('');
  const [view, setView] = useState<OperationView>('all');
  const [by, setBy] = useState<GroupBy>('tag');
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<string | undefined>(undefined);
  const [changing, setChanging] = useState<Chosen | undefined>(undefined);
  const choices = draft.settings.operations;
  const all = useMemo(() => operations.map((one) => chosenOf(one, choices)), [operations, choices]);

  const opensAtFirst = q.trim() !== '' || operations.length <= OPEN_MAX;
  const isOpen = (group: string): boolean => turned.has(group) !== opensAtFirst;
  const groups = grouped(findChosen(all, { q, view }), by, text.noTag);
  const rows = rowsOf(groups, isOpen);
  const isGroupedBy = (wanted: GroupBy): void => {
    setBy(wanted);
    setTurned(new Set());
  };
  return (
    <div className="import-choose">
      <ToolBeside
        draft={draft}
        report={report}
        shown={all.find(({ operation }) => operation.operation === shown)}
      />
      <div>
        <div className="filter">
          <Views
            label={text.which}
            shown={view}
            onShow={setView}
            views={VIEWS.map(
              (one) => [one, text.views[one], findChosen(all, { q, view: one }).length] as const,
            )}
          />
          <input
            type="search"
            className="input"
            aria-label={text.find}
            placeholder={text.findPlaceholder}
            value={q}
            onChange={(event) => {
              setQ(event.target.value);
              setTurned(new Set());
            }}
          />
        </div>
        <div className="filter">
          <label className="import-deprecated">
            <input
              type="checkbox"
              checked={draft.settings.deprecated}
              onChange={(event) => draft.change({ fields: { deprecated: event.target.checked } })}
            />{' '}
            {text.deprecated}
          </label>
          <Views
            label={text.groupBy}
            shown={by}
            onShow={isGroupedBy}
            views={[
              ['tag', text.groups.tag],
              ['path', text.groups.path],
            ]}
          />
        </div>
        {rows.length === 0 ? (
          <p className="sheet empty quiet">{text.none}</p>
        ) : (
          <>
            <OperationTree
              rows={rows}
              shown={shown}
              onToggle={(some, include) => draft.change({ operations: including(some, include) })}
              onOpen={(group, open) => {
                const next = new Set(turned);
                if (open === opensAtFirst) next.delete(group);
                else next.add(group);
                setTurned(next);
              }}
              onShow={(operation) => setShown(operation === shown ? undefined : operation)}
              onChange={setChanging}
            />
            <p className="small quiet">{text.help}</p>
          </>
        )}
      </div>
      {changing === undefined ? null : (
        <ChoiceDialog
          chosen={changing}
          onClose={() => setChanging(undefined)}
          onChoose={(choice) => {
            draft.change({ operations: { [changing.operation.operation]: choice } });
            setChanging(undefined);
          }}
        />
      )}
    </div>
  );
}
