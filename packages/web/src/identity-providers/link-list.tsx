import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { identityLinksQuery, type IdentityLink, type Issuer } from '../api/identity-providers.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { Find } from '../ui/find.tsx';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { LinkTable } from './link-table.tsx';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { RemoveLinkQuestion } from './remove-link-question.tsx';

interface LinkListProps {
  issuers: readonly Issuer[];
  say: (words: ReactNode) => void;
}

export function LinkList({ issuers, say }: LinkListProps) {
  const { slug: org } = useOrganisation();
  const links = useQuery(identityLinksQuery(org));
  const [linking, setLinking] = useState(false);
  const [removing, setRemoving] = useState<IdentityLink | undefined>(undefined);
  return (
    <Part
      title="People"
      lead="Which member each of a provider's subjects is. Who is not linked is refused, and the audit has the subject."
      action={
        <button type="button" className="button secondary" onClick={() => setLinking(true)}>
          Link a person
        </button>
      }
    >
      <Listed query={links} what="the people" rows={3} empty={<p>Nobody is linked yet.</p>}>
        {(items) => (
          <Find
            items={items}
            label="Find a link"
            placeholder="Find by address or subject"
            textOf={({ member, subject, issuer }) => `${member} ${subject} ${issuer}`}
          >
            {(found) => <LinkTable links={found} onRemove={setRemoving} />}
          </Find>
        )}
      </Listed>

      {linking ? (
        <NewLinkDialog
          issuers={issuers}
          onClose={() => setLinking(false)}
          onLinked={(member) => {
            setLinking(false);
            say(
              <>
                <bdi>{member}</bdi> is linked.
              </>,
            );
          }}
        />
      ) : null}
      {removing === undefined ? null : (
        <RemoveLinkQuestion
          link={removing}
          onClose={() => setRemoving(undefined)}
          onDone={(ended) => {
            setRemoving(undefined);
            say(
              <>
                <bdi>{removing.member}</bdi> is no longer linked to <bdi>{removing.issuer}</bdi>.{' '}
                {endedInWords(ended)}
              </>,
            );
          }}
        />
      )}
    </Part>
  );
}
