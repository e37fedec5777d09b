import { useState, type ReactNode } from 'react';
import { companySignInQuery, removeProvider, type CompanySignIn } from '../api/company-sign-in.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { companySignInText } from '../text/company-sign-in.ts';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { ProviderForm } from './provider-form.tsx';

const text = companySignInText.provider;

export function ProviderPart({ found, say }: { found: CompanySignIn; say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const [removing, setRemoving] = useState(false);
  const { provider } = found;
  return (
    <Part
      title={text.title}
      lead={provider === null ? text.none : `${text.lead} ${text.linked(found.linked_people)}`}
      action={
        provider === null ? null : (
          <button type="button" className="button danger-quiet" onClick={() => setRemoving(true)}>
            {text.remove}
          </button>
        )
      }
    >
      <div className="sheet provider-facts">
        <h3>{text.tell}</h3>
        <p className="small quiet">{text.tellLead}</p>
        <dl className="known">
          <dt>{text.callback}</dt>
          <dd>
            <Snippet text={found.callback_url} what={text.callbackWhat} />
          </dd>
          {provider === null ? null : (
            <>
              <dt>{text.link}</dt>
              <dd>
                <Snippet text={found.sign_in_url} what={text.linkWhat} />
                <p className="hint">{text.linkLead}</p>
              </dd>
            </>
          )}
        </dl>
      </div>
      {/* Anew where there is another provider, or none any more. */}
      <ProviderForm
        key={provider === null ? 'none' : 'some'}
        provider={provider}
        linked={found.linked_people}
        onSaved={() => say(provider === null ? text.setUp : text.saved)}
      />
      {removing && provider !== null ? (
        <Question
          title={text.removeTitle(provider.issuer)}
          keep={text.keep}
          act={text.remove}
          acting={text.removing}
          run={() => removeProvider(org)}
          refresh={() => queryClient.invalidateQueries(companySignInQuery(org))}
          onDone={({ ended_sessions: ended }) => {
            setRemoving(false);
            say(text.removed(ended));
          }}
          onClose={() => setRemoving(false)}
        >
          <p>{text.removeEffect}</p>
          <p>{text.removePasswords}</p>
          {provider.required ? <p>{text.removeRequired}</p> : null}
        </Question>
      ) : null}
    </Part>
  );
}
