import type { UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Issuer } from '../api/identity-providers.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { IssuerTable } from './issuer-table.tsx';
import { NewIssuerDialog } from './new-issuer-dialog.tsx';
import { RemoveIssuerQuestion } from './remove-issuer-question.tsx';

interface IssuerListProps {
  issuers: UseQueryResult<Issuer[]>;
  say: (words: ReactNode) => void;
}

export function IssuerList({ issuers, say }: IssuerListProps) {
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Issuer | undefined>(undefined);
  return (
    <Part
      title="Trusted"
      lead="What a connection may do is the least of the person's role, this access, and what the provider and the app asked for."
      action={
        <button type="button" className="button" onClick={() => setAdding(true)}>
          Trust a provider
        </button>
      }
    >
      <Listed
        query={issuers}
        what="the identity providers"
        rows={2}
        empty={<p>No provider is trusted. People connect apps themselves, each on the consent page.</p>}
      >
        {(items) => <IssuerTable issuers={items} onRemove={setRemoving} />}
      </Listed>

      {adding ? (
        <NewIssuerDialog
          onClose={() => setAdding(false)}
          onTrusted={(issuer) => {
            setAdding(false);
            say(
              <>
                <bdi>{issuer}</bdi> is trusted. It connects nobody until you link its people.
              </>,
            );
          }}
        />
      ) : null}
      {removing === undefined ? null : (
        <RemoveIssuerQuestion
          issuer={removing}
          onClose={() => setRemoving(undefined)}
          onDone={(ended) => {
            setRemoving(undefined);
            say(
              <>
                <bdi>{removing.issuer}</bdi> is no longer trusted. {endedInWords(ended)}
              </>,
            );
          }}
        />
      )}
    </Part>
  );
}
