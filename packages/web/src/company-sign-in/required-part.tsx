import { useState, type ReactNode } from 'react';
import { companySignInQuery, requireCompanySignIn } from '../api/company-sign-in.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';

const text = companySignInText.required;

export function RequiredPart({ required, say }: { required: boolean; say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const [asking, setAsking] = useState(false);
  return (
    <Part title={text.title} lead={text.lead}>
      <div className="sheet">
        <p>
          <b>{required ? text.on : text.off}</b>
        </p>
        <p>{required ? text.onEffect : text.offEffect}</p>
        <button type="button" className="button secondary" onClick={() => setAsking(true)}>
          {required ? text.allow : text.require}
        </button>
      </div>
      {asking ? (
        <Question
          title={required ? text.allowTitle : text.requireTitle}
          keep={required ? text.keepRequired : text.keepAllowed}
          act={required ? text.allow : text.require}
          acting={text.changing}
          danger={!required}
          run={() => requireCompanySignIn(org, !required)}
          refresh={() => queryClient.invalidateQueries(companySignInQuery(org))}
          onDone={(answer) => {
            setAsking(false);
            say(answer.required ? text.nowOn : text.nowOff);
          }}
          onClose={() => setAsking(false)}
        >
          {required ? (
            <p>{text.allowEffect}</p>
          ) : (
            text.requireEffects.map((effect) => <p key={effect}>{effect}</p>)
          )}
        </Question>
      ) : null}
    </Part>
  );
}
