import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { importQuery, type ImportView } from '../api/imports.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { importText as text } from '../text/import.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AuthenticateStep } from './authenticate/authenticate-step.tsx';
import { CheckStep } from './check/check-step.tsx';
import { ChooseStep } from './choose/choose-step.tsx';
import { DraftState } from './draft-state.tsx';
import { FetchStep } from './fetch/fetch-step.tsx';
import { Ended } from './ended.tsx';
import type { ImportSearch, Step } from './import-search.ts';
import { PreviewStep } from './preview/preview-step.tsx';
import { Progress } from './progress.tsx';
import { Published } from './publish/published.tsx';
import { PublishStep } from './publish/publish-step.tsx';
import { StepLink, StepMoves, Steps } from './steps.tsx';
import { useDraft } from './use-draft.ts';
import { useFocusOnNewStep, useFocusWhenReady } from './use-focus-on-new-step.ts';

interface WizardProps {
  search: ImportSearch;
  /** What is updated; undefined: a connector begins. */
  connector: string | undefined;
}

/** An import, step by step. It lives on the server; the address says which one it is, and where in it we are. */
export function Wizard({ connector, search: { id, step } }: WizardProps) {
  useFocusOnNewStep(`${id ?? ''} ${id === undefined ? 'fetch' : (step ?? 'check')}`);
  if (id === undefined) {
    return (
      <>
        <Steps current="fetch" connector={connector} view={undefined} />
        <FetchStep connector={connector} view={undefined} />
      </>
    );
  }
  return <Begun key={id} id={id} step={step} connector={connector} />;
}

function Begun({
  connector,
  id,
  step,
}: {
  connector: string | undefined;
  id: string;
  step: Step | undefined;
}) {
  const { slug: org } = useOrganisation();
  const view = useQuery(importQuery(org, id));
  if (view.data === undefined) {
    if (view.error instanceof ApiError && view.error.status === 404) {
      return (
        <div className="sheet empty">
          <p>{text.gone}</p>
          <StepLink connector={connector} id={undefined} step="fetch" className="button">
            {text.startAgain}
          </StepLink>
        </div>
      );
    }
    return view.isError ? (
      <Problem error={view.error} onRetry={() => void view.refetch()} />
    ) : (
      <Skeleton rows={6} label={text.loading} />
    );
  }
  return <InSteps view={view.data} step={step ?? 'check'} connector={connector} />;
}

interface InStepsProps {
  view: ImportView;
  step: Step;
  connector: string | undefined;
}

function InSteps({ connector, step, view }: InStepsProps) {
  const { slug: org } = useOrganisation();
  // While a change is being checked the page shows what was found before it.
  const [checked, setChecked] = useState(view);
  if (view.report !== null && view !== checked) setChecked(view);
  const draft = useDraft(org, view, view.report === null ? checked : view);
  const { report } = draft.checked;
  useFocusWhenReady(report !== null && step !== 'fetch');
  if (view.state === 'published' && view.published !== null) return <Published published={view.published} />;
  return (
    <>
      <Steps current={step} connector={connector} view={draft.checked} />
      <DraftState draft={draft} />
      {step === 'fetch' ? (
        <FetchStep connector={connector} view={view} />
      ) : view.state === 'rejected' || view.state === 'cancelled' ? (
        <Ended draft={draft} connector={connector} />
      ) : report === null ? (
        <Progress view={view} />
      ) : (
        <>
          {step === 'check' ? <CheckStep draft={draft} report={report} /> : null}
          {step === 'choose' ? <ChooseStep draft={draft} report={report} /> : null}
          {step === 'authenticate' ? <AuthenticateStep draft={draft} report={report} /> : null}
          {step === 'preview' ? <PreviewStep draft={draft} /> : null}
          {step === 'publish' ? <PublishStep draft={draft} connector={connector} /> : null}
          <StepMoves current={step} connector={connector} id={view.id} />
        </>
      )}
    </>
  );
}
