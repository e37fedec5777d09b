import type { UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Issuer } from '../api/identity-providers.ts';
import { issuersText as text } from '../text/identity-providers.ts';
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
      title={text.title}
      lead={text.lead}
      action={
        <button type="button" className="button" onClick={() => setAdding(true)}>
          {text.add}
        </button>
      }
    >
      <Listed query={issuers} what={text.what} rows={2} empty={<p>{text.empty}</p>}>
        {(items) => <IssuerTable issuers={items} onRemove={setRemoving} />}
      </Listed>

      {adding ? (
        <NewIssuerDialog
          onClose={() => setAdding(false)}
          onTrusted={(issuer) => {
            setAdding(false);
            say(
              <>
                <bdi>{issuer}</bdi>
                {text.trustedNow}
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
                <bdi>{removing.issuer}</bdi>
                {text.trustedNoMore}
                {endedInWords(ended)}
              </>,
            );
          }}
        />
      )}
    </Part>
  );
}
