import {
  identityLinksQuery,
  issuersQuery,
  unlinkIdentity,
  type IdentityLink,
} from '../api/identity-providers.ts';
import { keysQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
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
          Unlink <bdi>{link.member}</bdi>?
        </>
      }
      keep="Keep link"
      act="Unlink"
      acting="Unlinking…"
      run={() => unlinkIdentity(org, link)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(identityLinksQuery(org)),
          queryClient.invalidateQueries(issuersQuery(org)),
          queryClient.invalidateQueries(keysQuery(org)),
        ])
      }
      onDone={({ ended_grants: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>
        The connections of this member by the word of <bdi>{link.issuer}</bdi> end at once, and the provider
        opens no other for the subject <code>{link.subject}</code>. What the member connected without it
        stays.
      </p>
    </Question>
  );
}
