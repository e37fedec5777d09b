import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { checkChain, type ChainCheck } from '../api/audit.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { auditText as text } from '../text/audit.ts';
import { Moment } from '../ui/moment.tsx';
import { Problem } from '../ui/problem.tsx';

const NUMBER = new Intl.NumberFormat('en-GB');

/** Compares the log with the hashes that were taken when it was written: the button, and what came of it. */
export function useChainCheck(): { button: ReactNode; result: ReactNode } {
  const { slug: org } = useOrganisation();
  const [soFar, setSoFar] = useState(0);
  const checking = useMutation({
    mutationFn: () => {
      setSoFar(0);
      return checkChain(org, setSoFar);
    },
  });
  const intact = checking.data?.result === 'intact' && !checking.isPending ? checking.data : undefined;
  const button = (
    <button
      type="button"
      className="button secondary"
      aria-disabled={checking.isPending}
      onClick={() => {
        if (!checking.isPending) checking.mutate();
      }}
    >
      {text.check}
    </button>
  );
  const result = (
    <div className="check-result">
      <p
        role="status"
        className={checking.isPending || intact !== undefined ? 'notice' : 'for-screen-readers'}
      >
        {checking.isPending ? (
          text.checking(NUMBER.format(soFar))
        ) : intact === undefined ? null : (
          <Intact checked={intact} />
        )}
      </p>
      {checking.data?.result === 'broken' ? <Broken checked={checking.data} /> : null}
      {checking.isError ? <Problem error={checking.error} onRetry={() => checking.mutate()} /> : null}
    </div>
  );
  return { button, result };
}

function Intact({ checked }: { checked: ChainCheck }) {
  const { deleted_by_policy: pruned, events, first, last, not_sealed_yet: young } = checked;
  if (events === 0) return text.intactNone;
  return (
    <>
      {text.intact(NUMBER.format(events))}
      {first?.at == null || last?.at == null ? null : (
        <>
          {text.intactBetween.from}
          <Moment at={first.at} />
          {text.intactBetween.to}
          <Moment at={last.at} />
        </>
      )}
      .{pruned === 0 ? null : text.pruned(NUMBER.format(pruned))}
      {young === 0 ? null : text.young(young)}
    </>
  );
}

function Broken({ checked: { broken, events } }: { checked: ChainCheck }) {
  if (broken === null) return null;
  return (
    <div role="alert" className="problem">
      <p>
        <b>{text.broken[broken.kind]}</b>
        {text.brokenFirst(broken.event)}
        {broken.at === null ? null : (
          <>
            {text.brokenOf}
            <Moment at={broken.at} />
          </>
        )}
        {broken.last_event === null ? null : text.brokenUpTo(broken.last_event)}
        {broken.block === null ? null : text.brokenBlock(broken.block)}.
        {text.brokenBefore(NUMBER.format(events))}
      </p>
      <p>{text.brokenWhatNow.trim()}</p>
    </div>
  );
}
