import { lazy, Suspense, useState } from 'react';
import { signOutText as text } from '../text/sign-out.ts';

/** What asks is loaded when somebody wants to be asked. */
const SignOutQuestion = lazy(async () => {
  const { SignOutQuestion: Question } = await import('./sign-out-question.tsx');
  return { default: Question };
});

/** Below the list of keys, for admins: the button that ends every connection at once, after a question. */
export function SignEveryoneOut({ onDone }: { onDone: (endedConnections: number) => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <section className="sheet apart" aria-labelledby="sign-everyone-out">
        <div>
          <h2 id="sign-everyone-out">{text.title}</h2>
          <p className="small quiet">{text.lead}</p>
        </div>
        <button type="button" className="button danger-quiet" onClick={() => setAsking(true)}>
          {text.ask}
        </button>
      </section>
      {asking ? (
        <Suspense>
          <SignOutQuestion
            onClose={() => setAsking(false)}
            onDone={(ended) => {
              setAsking(false);
              onDone(ended);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
