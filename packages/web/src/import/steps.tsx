import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ImportView } from '../api/imports.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { importText as text } from '../text/import.ts';
import { stepAfter, stepBefore, STEPS, type Step } from './import-search.ts';

interface StepLinkProps {
  connector: string | undefined;
  id: string | undefined;
  step: Step;
  className: string;
  current?: boolean;
  children: ReactNode;
}

/** To a step of an import, of a new connector or of one that is updated. */
export function StepLink({ children, className, connector, current = false, id, step }: StepLinkProps) {
  const { slug: org } = useOrganisation();
  const search = id === undefined ? {} : { id, step };
  const shared = { search, className, 'aria-current': current ? ('step' as const) : undefined };
  return connector === undefined ? (
    <Link to="/$org/connectors/import" params={{ org }} {...shared}>
      {children}
    </Link>
  ) : (
    <Link to="/$org/connectors/$connector/update" params={{ org, connector }} {...shared}>
      {children}
    </Link>
  );
}

interface StepsProps {
  current: Step;
  connector: string | undefined;
  view: ImportView | undefined;
}

/** Where we are, and the way to the other steps. Those that need what is not there yet are no links. */
export function Steps({ connector, current, view }: StepsProps) {
  const reaches = (step: Step): boolean =>
    step === 'fetch' ||
    step === current ||
    (view !== undefined && (step === 'check' || view.report !== null));
  return (
    <nav className="import-steps" aria-label={text.stepsName}>
      <ol>
        {STEPS.map((step) => (
          <li key={step}>
            {reaches(step) ? (
              <StepLink
                connector={connector}
                id={view?.id}
                step={step}
                className="import-step"
                current={step === current}
              >
                {text.steps[step]}
              </StepLink>
            ) : (
              <span className="import-step">{text.steps[step]}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** At the end of a step. */
export function StepMoves({
  connector,
  current,
  id,
}: {
  connector: string | undefined;
  current: Step;
  id: string;
}) {
  const before = stepBefore(current);
  const after = stepAfter(current);
  return (
    <div className="import-moves">
      {before === undefined ? null : (
        <StepLink connector={connector} id={id} step={before} className="button secondary">
          {text.back}
          <span className="for-screen-readers">{text.nextIs(text.steps[before])}</span>
        </StepLink>
      )}
      {after === undefined ? null : (
        <StepLink connector={connector} id={id} step={after} className="button">
          {text.next + text.nextIs(text.steps[after])}
        </StepLink>
      )}
    </div>
  );
}
