import { useMutation } from '@tanstack/react-query';
import { approveTools, connectorsQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { ConnectorTool } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Problem } from '../ui/problem.tsx';

interface WaitingToolsProps {
  connector: string;
  tools: readonly ConnectorTool[];
  onApproved: (names: readonly string[]) => void;
}

/** Tools that came with an update and may change something: nobody is offered them before an admin has seen them. */
export function WaitingTools({ connector, onApproved, tools }: WaitingToolsProps) {
  const { slug: org } = useOrganisation();
  const approving = useMutation({
    mutationFn: async (names: readonly string[]) => {
      const { approved } = await approveTools(org, connector, names);
      await queryClient.invalidateQueries(connectorsQuery(org));
      return approved;
    },
    onSuccess: onApproved,
  });
  if (tools.length === 0) return null;
  return (
    <section className="sheet waiting" aria-labelledby="waiting">
      <div className="apart">
        <div>
          <h2 id="waiting">{tools.length === 1 ? 'One new tool waits' : `${tools.length} new tools wait`}</h2>
          <p className="quiet">
            {tools.length === 1 ? 'It' : 'Each'} came with an update of the connector and can change
            something. Nobody is offered it yet.
          </p>
        </div>
        {tools.length === 1 ? null : (
          <button
            type="button"
            className="button"
            disabled={approving.isPending}
            onClick={() => approving.mutate(tools.map(({ name }) => name))}
          >
            Let all be used
          </button>
        )}
      </div>
      <ul className="waiting-list">
        {tools.map(({ description, name, title }) => (
          <li key={name}>
            <div>
              <bdi className="row-name">{title}</bdi> <code>{name}</code>
              <p className="small quiet">
                <bdi>{description}</bdi>
              </p>
            </div>
            <button
              type="button"
              className="button secondary small-button"
              disabled={approving.isPending}
              onClick={() => approving.mutate([name])}
            >
              Let it be used<span className="for-screen-readers"> ({title})</span>
            </button>
          </li>
        ))}
      </ul>
      {approving.isError ? <Problem error={approving.error} /> : null}
    </section>
  );
}
