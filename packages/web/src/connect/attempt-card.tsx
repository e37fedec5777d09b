import type { Attempt, AttemptStep } from '../api/connect.ts';
import { attemptsText as text } from '../text/connect.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Moment } from '../ui/moment.tsx';
import { When } from '../ui/when.tsx';

const TONES = { connected: 'good', waiting: 'quiet', stopped: 'warning', note: 'quiet' } as const;
const NAME_CHARACTERS_MAX = 60;

interface AttemptCardProps {
  attempt: Attempt;
  /** What its heading is below. */
  within: 'page' | 'section';
  open?: boolean;
}

/** One attempt: what became of it, what would help, and each of its steps. */
export function AttemptCard({ attempt, within, open = false }: AttemptCardProps) {
  const { app, steps, verdict } = attempt;
  const Heading = within === 'page' ? 'h2' : 'h3';
  return (
    <article className="attempt" aria-labelledby={`${attempt.id}-name`}>
      <div className="attempt-head">
        <Heading id={`${attempt.id}-name`}>
          <Foreign text={app.name ?? (app.user_agent || text.unnamed)} max={NAME_CHARACTERS_MAX} />
        </Heading>
        <StatusBadge tone={TONES[verdict.state]}>{text.states[verdict.state]}</StatusBadge>
        <span className="small quiet">
          <When at={attempt.last_at} absent="" />
        </span>
      </div>
      <p className="attempt-verdict">{verdict.sentence}</p>
      {verdict.advice === '' ? null : (
        <p className="small">
          <b>{text.whatToDo}</b>
          {verdict.advice}
        </p>
      )}
      {open ? (
        <Steps steps={steps} />
      ) : (
        <details>
          <summary>{text.steps(steps.length)}</summary>
          <Steps steps={steps} />
          <Facts attempt={attempt} />
        </details>
      )}
    </article>
  );
}

function Steps({ steps }: { steps: readonly AttemptStep[] }) {
  return (
    <ol className="trace">
      {steps.map((step) => (
        <li
          key={`${step.step} ${step.at} ${step.fault ?? ''}`}
          className={step.ok ? undefined : 'trace-failed'}
        >
          <span className="trace-words">
            <span className="for-screen-readers">{step.ok ? text.ok : text.failed}: </span>
            {step.words}
            {step.times > 1 ? ` (${text.times(step.times)})` : null}
          </span>
          <span className="small quiet">
            <Moment at={step.last_at ?? step.at} />
            {step.detail === null ? null : (
              <>
                {' · '}
                <Foreign text={text.details[step.detail] ?? step.detail} />
              </>
            )}
            {step.fault === null ? null : (
              <>
                {' · '}
                {text.why}
                <Foreign text={step.fault} />
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Facts({ attempt: { app, by, network, person, url } }: { attempt: Attempt }) {
  const facts: [string, string | null][] = [
    [text.facts.url, url],
    [by === 'key' ? text.facts.key : text.facts.person, person],
    [text.facts.destination, app.destination],
    [text.facts.userAgent, app.user_agent === '' ? null : app.user_agent],
    [text.facts.network, network],
  ];
  return (
    <dl className="attempt-facts small">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Foreign text={value} />
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
