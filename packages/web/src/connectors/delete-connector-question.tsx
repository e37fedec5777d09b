import { deleteConnector, type ConnectorView } from '../api/connectors.ts';
import { connectorsQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectorText as text } from '../text/connectors.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Question } from '../ui/question.tsx';

interface DeleteConnectorQuestionProps {
  view: ConnectorView;
  onDone: () => void;
  onClose: () => void;
}

export function DeleteConnectorQuestion({ onClose, onDone, view }: DeleteConnectorQuestionProps) {
  const { slug: org } = useOrganisation();
  const { accounts, connections, tools } = view.effect;
  return (
    <Question
      title={
        <>
          {text.deleteBefore}
          <Foreign text={view.name} max={80} />?
        </>
      }
      keep={text.keep}
      act={text.delete}
      acting={text.deleting}
      typed={connections + accounts > 0 ? view.slug : undefined}
      run={() => deleteConnector(org, view.slug, view.version)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: connectorsQuery(org).queryKey, exact: true }),
          queryClient.invalidateQueries({ queryKey: ['organisation', org] }),
        ])
      }
      onDone={onDone}
      onClose={onClose}
    >
      <p>{text.deleteEffect(tools, connections, accounts)}</p>
    </Question>
  );
}
