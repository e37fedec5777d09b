import { useState } from 'react';
import { createKey, allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { reachOf } from '../home/claude-link.ts';
import { KEY_PLACEHOLDER } from '../home/commands.ts';
import { NewKeyDialog } from '../keys/new-key-dialog.tsx';
import { mayHoldFull } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectText as text } from '../text/connect.ts';
import { APPS, type Step } from '../text/connect-apps.ts';
import { Snippet } from '../ui/snippet.tsx';
import type { AppName } from './app-names.ts';
import type { Place } from './snippets.ts';

/** What to do in one app, step by step, for one URL. */
export function AppGuide({ app, place }: { app: AppName; place: Place }) {
  const { isHosted, limits, steps, title, usesKey } = APPS[app];
  const reach = reachOf(place.url);
  const unreachable = isHosted && reach !== 'public';
  return (
    <>
      {unreachable ? <p className="note guide-note">{text.cannotReach[reach](title)}</p> : null}
      <ol className="steps guide-steps">
        {steps(place)
          .filter(({ link }) => link === undefined || !unreachable)
          .map((step) => (
            <GuideStep key={step.text} step={step} />
          ))}
      </ol>
      {usesKey ? <KeyForThis title={title} /> : null}
      <h3>{text.limits}</h3>
      <ul className="limits">
        {limits.map((limit) => (
          <li key={limit}>{limit}</li>
        ))}
      </ul>
    </>
  );
}

function GuideStep({ step: { link, snippet, text: words } }: { step: Step }) {
  return (
    <li>
      <div>
        <p>{words}</p>
        {link === undefined ? null : (
          <p>
            <a className="button" href={link.href} target="_blank" rel="noreferrer">
              {link.text}
              <span className="for-screen-readers"> ({link.opens})</span>
            </a>
          </p>
        )}
        {snippet === undefined ? null : <Snippet text={snippet.text} what={snippet.what} />}
      </div>
    </li>
  );
}

/** Its secret is in the dialog, once, and in no snippet. */
function KeyForThis({ title }: { title: string }) {
  const { slug: org, role } = useOrganisation();
  const [making, setMaking] = useState(false);
  return (
    <>
      <p className="small quiet">{text.withKey}</p>
      <p>
        <button type="button" className="button secondary" onClick={() => setMaking(true)}>
          {text.makeKey}
        </button>
      </p>
      {making ? (
        <NewKeyDialog
          title={text.makeKeyTitle(title)}
          fullRefused={mayHoldFull(role) ? undefined : text.keyViewer}
          create={(key) => createKey(org, key)}
          onCreated={() => void queryClient.invalidateQueries(allKeys(org))}
          onClose={() => setMaking(false)}
          usage={<p className="small quiet">{text.keyUsage(KEY_PLACEHOLDER)}</p>}
        />
      ) : null}
    </>
  );
}
