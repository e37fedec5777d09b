import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { attemptsSince, type Attempt } from '../api/connect.ts';
import { seesAllKeys } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { verifyText as text } from '../text/connect.ts';
import { AttemptCard } from './attempt-card.tsx';

const LISTEN_SECONDS = 120;
const POLL_MS = 1500;

interface Heard {
  attempts: readonly Attempt[];
  failing: boolean;
}

type State = 'idle' | 'listening' | 'stopped' | 'over';

/** Listens for two minutes, and shows each step of whoever connects meanwhile. */
export function Verify() {
  const { role, slug: org } = useOrganisation();
  const [state, setState] = useState<State>('idle');
  const [heard, setHeard] = useState<Heard>({ attempts: [], failing: false });
  const [secondsLeft, setSecondsLeft] = useState(LISTEN_SECONDS);

  useEffect(() => {
    if (state !== 'listening') return undefined;
    const endsAt = Date.now() + LISTEN_SECONDS * 1000;
    let since: string | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;

    async function poll(): Promise<void> {
      try {
        const page = await attemptsSince(org, since ?? new Date().toISOString());
        if (isOver) return;
        // From here on by the server's clock, whatever time it is in this browser.
        if (since === undefined) since = page.now;
        else setHeard({ attempts: page.items, failing: false });
      } catch {
        if (!isOver) setHeard((was) => ({ ...was, failing: true }));
      }
      if (isOver) return;
      timer = setTimeout(() => void poll(), POLL_MS);
    }

    const clock = setInterval(() => {
      const left = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
      setSecondsLeft(left);
      if (left === 0) setState('over');
    }, 1000);
    void poll();
    return () => {
      isOver = true;
      clearTimeout(timer);
      clearInterval(clock);
    };
  }, [state, org]);

  const { attempts, failing } = heard;
  const works = attempts.some(({ verdict }) => verdict.code === 'called');
  useEffect(() => {
    if (works) setState('stopped');
  }, [works]);

  function press(): void {
    if (state === 'listening') {
      setState('stopped');
      return;
    }
    setHeard({ attempts: [], failing: false });
    setSecondsLeft(LISTEN_SECONDS);
    setState('listening');
  }

  return (
    <section className="sheet" aria-labelledby="verify">
      <h2 id="verify">{text.title}</h2>
      <p>
        {text.lead} {seesAllKeys(role) ? null : text.leadOwn}
      </p>
      <p className="verify-bar">
        <button
          type="button"
          className={state === 'listening' ? 'button secondary' : 'button'}
          onClick={press}
        >
          {state === 'listening' ? text.stop : state === 'idle' ? text.start : text.again}
        </button>
        <span role="status">{wordsOf(state, attempts.length, works)}</span>
        {state === 'listening' ? (
          <span className="small quiet" aria-hidden="true">
            {text.left(secondsLeft)}
          </span>
        ) : null}
      </p>
      {failing && state === 'listening' ? (
        <p role="alert" className="small">
          {text.failed}
        </p>
      ) : null}
      {state === 'over' && attempts.length === 0 ? <p className="small quiet">{text.overAdvice}</p> : null}
      <div className="attempts" role="log" aria-live="polite" aria-label={text.title}>
        {attempts.map((attempt) => (
          <AttemptCard key={attempt.id} within="section" attempt={attempt} open />
        ))}
      </div>
      <p className="small">
        <Link to="/$org/connect/attempts" params={{ org }}>
          {text.all}
        </Link>
      </p>
    </section>
  );
}

function wordsOf(state: State, heard: number, works: boolean): string {
  switch (state) {
    case 'idle':
      return '';
    case 'listening':
      return heard === 0 ? `${text.listening} ${text.nothing}` : text.listening;
    case 'stopped':
      return works ? text.works : text.stopped;
    case 'over':
      return heard === 0 ? text.over : text.stopped;
    default:
      return state satisfies never;
  }
}
