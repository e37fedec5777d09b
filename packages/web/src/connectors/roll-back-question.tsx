import { useInfiniteQuery } from '@tanstack/react-query';
import {
  connectorQuery,
  rollBack,
  versionDiffQuery,
  versionsQuery,
  type ConnectorView,
  type Version,
} from '../api/connectors.ts';
import { connectorsQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { versionsText as text } from '../text/connectors.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Question } from '../ui/question.tsx';

interface RollBackQuestionProps {
  connector: ConnectorView;
  version: Version;
  onDone: (version: number) => void;
  onClose: () => void;
}

/** Asks before the tools of an earlier version come back. It becomes a version of its own, so it can be undone. */
export function RollBackQuestion({ connector, onClose, onDone, version }: RollBackQuestionProps) {
  const { slug: org } = useOrganisation();
  const { name, slug, version: current } = connector;
  const diff = useInfiniteQuery({
    ...versionDiffQuery(org, slug, { from: version.number, to: current ?? version.number }, 'all', ''),
    enabled: current !== null && current > version.number,
  });
  const counts = diff.data?.pages[0]?.counts;
  return (
    <Question
      title={
        <>
          {text.questionBefore(version.number)}
          <Foreign text={name} max={80} />?
        </>
      }
      keep={text.keep(current ?? 0)}
      act={text.rollBack}
      acting={text.rollingBack}
      run={() => rollBack(org, slug, { to: version.number, base_version: current ?? 0, note: '' })}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(versionsQuery(org, slug)),
          queryClient.invalidateQueries(connectorQuery(org, slug)),
          queryClient.invalidateQueries(connectorsQuery(org)),
        ])
      }
      onDone={(published) => onDone(published.version)}
      onClose={onClose}
    >
      <p>{text.effect}</p>
      {/* The other way round: what was added since goes again. */}
      {counts === undefined ? null : <p>{text.counts(counts.removed, counts.added)}</p>}
    </Question>
  );
}
