import { allIdentityLinks, issuersQuery, removeIssuer, type Issuer } from '../api/identity-providers.ts';
import { allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { removeIssuerText as text } from '../text/identity-providers.ts';
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
          {text.title.before}
          <bdi>{issuer.issuer}</bdi>
          {text.title.after}
        </>
      }
      keep={text.keep}
      act={text.act}
      acting={text.acting}
      run={() => removeIssuer(org, issuer.issuer)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(issuersQuery(org)),
          queryClient.invalidateQueries(allIdentityLinks(org)),
          queryClient.invalidateQueries(allKeys(org)),
        ])
      }
      onDone={({ ended_grants: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>{text.effect(issuer.links)}</p>
      <p>{text.stays}</p>
    </Question>
  );
}
