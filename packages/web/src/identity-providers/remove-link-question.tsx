import {
  allIdentityLinks,
  issuersQuery,
  unlinkIdentity,
  type IdentityLink,
} from '../api/identity-providers.ts';
import { allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { removeLinkText as text } from '../text/identity-providers.ts';
import { Question } from '../ui/question.tsx';

interface RemoveLinkQuestionProps {
  link: IdentityLink;
  onDone: (endedConnections: number) => void;
  onClose: () => void;
}

export function RemoveLinkQuestion({ link, onDone, onClose }: RemoveLinkQuestionProps) {
  const { slug: org } = useOrganisation();
  return (
    <Question
      title={
        <>
          {text.title.before}
          <bdi>{link.member}</bdi>
          {text.title.after}
        </>
      }
      keep={text.keep}
      act={text.act}
      acting={text.acting}
      run={() => unlinkIdentity(org, link)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(allIdentityLinks(org)),
          queryClient.invalidateQueries(issuersQuery(org)),
          queryClient.invalidateQueries(allKeys(org)),
        ])
      }
      onDone={({ ended_grants: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>
        {text.effect.before}
        <bdi>{link.issuer}</bdi>
        {text.effect.between}
        <code>{link.subject}</code>
        {text.effect.after}
      </p>
    </Question>
  );
}
