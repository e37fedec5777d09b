import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Overview } from '../api/overview.ts';
import type { Organisation } from '../api/types.ts';
import { managesConnectors } from '../roles.ts';
import { homeText } from '../text/home.ts';

const text = homeText.steps;

/** What is left to do until the first call. Gone once it was made. */
export function FirstSteps({
  organisation: { role, slug: org, tools },
  overview,
}: {
  organisation: Organisation;
  overview: Overview;
}) {
  if (overview.called) return null;
  return (
    <section className="sheet" aria-labelledby="first-steps">
      <h2 id="first-steps">{homeText.begin}</h2>
      <ol className="steps">
        <Step
          title={text.tools.title}
          isDone={tools.full > 0}
          link={
            managesConnectors(role) ? (
              <Link to="/$org/connectors" params={{ org }}>
                {text.tools.link}
              </Link>
            ) : null
          }
        >
          {managesConnectors(role) ? text.tools.manager : text.tools.other}
        </Step>
        <Step
          title={text.connected.title}
          isDone={overview.connected}
          link={
            <Link to="/$org/connect" params={{ org }}>
              {text.connected.link}
            </Link>
          }
        >
          {text.connected.text}
        </Step>
        <Step title={text.called.title} isDone={false} link={null}>
          {text.called.text}
        </Step>
      </ol>
    </section>
  );
}

function Step({
  children,
  isDone,
  link,
  title,
}: {
  title: string;
  isDone: boolean;
  link: ReactNode;
  children: string;
}) {
  return (
    <li className={isDone ? 'step-done' : undefined}>
      <p>
        {isDone ? <span className="for-screen-readers">{homeText.stepDone}</span> : null}
        <b>{title}.</b> {children} {isDone ? null : link}
      </p>
    </li>
  );
}
