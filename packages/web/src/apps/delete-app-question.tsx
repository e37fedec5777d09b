import { allApps, deleteApp, type App } from '../api/apps.ts';
import { allAgents, allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { deleteAppText as text } from '../text/apps.ts';
import { Question } from '../ui/question.tsx';
import { effectOfDeleting, kindOf } from './app-words.ts';

interface DeleteAppQuestionProps {
  app: App;
  onDone: (endedConnections: number) => void;
  onClose: () => void;
}

export function DeleteAppQuestion({ app, onDone, onClose }: DeleteAppQuestionProps) {
  const { slug: org } = useOrganisation();
  return (
    <Question
      title={
        <>
          {text.title}“<bdi>{app.name}</bdi>”?
        </>
      }
      keep={text.keep}
      act={text.act}
      acting={text.acting}
      typed={kindOf(app) === 'people' && app.connections > 0 ? app.name : undefined}
      run={() => deleteApp(org, app.client_id)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(allApps(org)),
          queryClient.invalidateQueries(allAgents(org)),
          queryClient.invalidateQueries(allKeys(org)),
        ])
      }
      onDone={({ ended_grants: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>{effectOfDeleting(app)}</p>
      <p>{text.never}</p>
    </Question>
  );
}
