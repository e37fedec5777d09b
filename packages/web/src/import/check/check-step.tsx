import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemsQuery, type ImportProblem, type ImportReport, type Severity } from '../../api/imports.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useNotice } from '../../ui/use-notice.tsx';
import { Facts } from '../facts.tsx';
import { inBytes } from '../in-bytes.ts';
import { More } from '../more.tsx';
import { StepTitle } from '../step-title.tsx';
import type { Draft } from '../use-draft.ts';
import { useSettled } from '../use-settled.ts';
import { Views } from '../views.tsx';
import { ProblemItem } from './problem-item.tsx';

const text = importText.check;
const SEVERITIES = ['error', 'warn', 'info'] as const;

/** What the compiler found: how much there is, and what is wrong with it. */
export function CheckStep({ draft, report }: { draft: Draft; report: ImportReport }) {
  const { operations, problems, skipped, tokens, bytes, tools } = report;
  const total = problems.error + problems.warn + problems.info;
  return (
    <section className="sheet">
      <StepTitle>{text.title}</StepTitle>
      <Facts
        facts={[
          [text.facts.operations, operations.toLocaleString('en-GB')],
          [text.facts.tools, text.tools(tools.read, tools.full)],
          [text.facts.skipped, skipped.toLocaleString('en-GB')],
          [text.facts.size, text.size(tokens, inBytes(bytes))],
        ]}
      />
      {operations === 0 ? (
        <p className="note">{text.noOperations}</p>
      ) : tools.read + tools.full === 0 ? (
        <p className="note">{text.noTools}</p>
      ) : null}
      {total === 0 ? <p>{text.none}</p> : <Problems draft={draft} report={report} total={total} />}
    </section>
  );
}

function Problems({ draft, report, total }: { draft: Draft; report: ImportReport; total: number }) {
  const { slug: org } = useOrganisation();
  const [severity, setSeverity] = useState<Severity | 'all'>('all');
  const [wanted, setWanted] = useState('');
  const [notice, say] = useNotice();
  const problems = useInfiniteQuery({
    ...problemsQuery(org, draft.checked, severity, useSettled(wanted)),
    enabled: draft.mayAsk,
  });
  const items = problems.data?.pages.flatMap((page) => page.items) ?? [];
  const mend = ({ fix }: ImportProblem): void => {
    if (fix === null) return;
    const choice = { ...draft.settings.operations[fix.operation], ...fix.change };
    draft.change({ operations: { [fix.operation]: choice } });
    say(text.fixed(fix.label));
  };
  return (
    <>
      {notice}
      <div className="filter">
        <Views
          label={text.which}
          shown={severity}
          onShow={setSeverity}
          views={[
            ['all', text.views.all, total],
            ...SEVERITIES.map((one) => [one, text.views[one], report.problems[one]] as const),
          ]}
        />
        <input
          type="search"
          className="input"
          aria-label={text.find}
          placeholder={text.findPlaceholder}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      {problems.data === undefined ? (
        problems.isError ? (
          <Problem error={problems.error} onRetry={() => void problems.refetch()} />
        ) : (
          <Skeleton rows={4} label={text.loading} />
        )
      ) : items.length === 0 ? (
        <p className="quiet">
          {wanted !== '' ? text.noneFound : severity === 'all' ? text.none : text.noneOf[severity]}
        </p>
      ) : (
        <ul className="import-problems" aria-label={text.list}>
          {items.map((problem, index) => (
            <ProblemItem
              key={`${problem.code} ${problem.pointer} ${index}`}
              problem={problem}
              disabled={draft.state !== 'saved'}
              onFix={() => mend(problem)}
            />
          ))}
        </ul>
      )}
      <More query={problems} shown={items.length} total={problems.data?.pages[0]?.total ?? 0} />
    </>
  );
}
