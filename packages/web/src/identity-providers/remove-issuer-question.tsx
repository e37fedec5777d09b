import { identityLinksQuery, issuersQuery, removeIssuer, type Issuer } from '../api/identity-providers.ts';
import { keysQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Question } from '../ui/question.tsx';

interface RemoveIssuerQuestionProps {
  issuer: Issuer;
  onDone: (endedConnections: number) => void;
  onClose: () => void;
}

export function RemoveIssuerQuestion({ issuer, onDone, onClose }: RemoveIssuerQuestionProps) {
  const { slug: org } = useOrganisation();
  return (
    <Question
      title={
        <>
          Trust <bdi>{issuer.issuer}</bdi> no more?
        </>
      }
      keep="Keep provider"
      act="Remove provider"
      acting="Removing…"
      run={() => removeIssuer(org, issuer.issuer)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(issuersQuery(org)),
          queryClient.invalidateQueries(identityLinksQuery(org)),
          queryClient.invalidateQueries(keysQuery(org)),
        ])
      }
      onDone={({ ended_grants: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>Every connection by its word ends at once, and it opens no other. {linksInWords(issuer.links)}</p>
      <p>People stay members, and what they connected themselves stays.</p>
    </Question>
  );
}

function linksInWords(links: number): string {
  if (links === 0) return 'Nobody is linked to it.';
  return links === 1
    ? 'Its link to one person is deleted.'
    : `Its links to ${links} people are deleted: who trusts it again links them anew.`;
}
