import { appsQuery, deleteApp, type App } from '../api/apps.ts';
import { agentsQuery, keysQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
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
          Delete “<bdi>{app.name}</bdi>”?
        </>
      }
      keep="Keep app"
      act="Delete app"
      acting="Deleting…"
      typed={kindOf(app) === 'people' && app.connections > 0 ? app.name : undefined}
      run={() => deleteApp(org, app.client_id)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(appsQuery(org)),
          queryClient.invalidateQueries(agentsQuery(org)),
          queryClient.invalidateQueries(keysQuery(org)),
        ])
      }
      onDone={({ ended_grants: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>{effectOfDeleting(app)}</p>
      <p>Its client id is never valid again. This cannot be undone.</p>
    </Question>
  );
}
