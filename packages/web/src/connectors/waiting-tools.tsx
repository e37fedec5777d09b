import { useMutation } from '@tanstack/react-query';
import { approveTools, connectorsQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { ConnectorTool } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { toolsText as text } from '../text/connectors.ts';
import { Problem } from '../ui/problem.tsx';

const SHOWN_MAX = 50;
/** What one request may name. */
const TOOLS_PER_REQUEST = 1000;

interface WaitingToolsProps {
  connector: string;
  tools: readonly ConnectorTool[];
  /** Whether these are all that wait, and not those found among them. */
  isAll: boolean;
  onApproved: (names: readonly string[]) => void;
}

/** Tools that came with an update and may change something: nobody is offered them before an admin has seen them. */
export function WaitingTools({ connector, isAll, onApproved, tools }: WaitingToolsProps) {
  const { slug: org } = useOrganisation();
  const approving = useMutation({
    mutationFn: async (names: readonly string[]) => {
      const all: string[] = [];
      try {
        for (let at = 0; at < names.length; at += TOOLS_PER_REQUEST) {
          const { approved } = await approveTools(org, connector, names.slice(at, at + TOOLS_PER_REQUEST));
          all.push(...approved);
        }
      } finally {
        await queryClient.invalidateQueries(connectorsQuery(org));
      }
      return all;
    },
    onSuccess: onApproved,
  });
  if (tools.length === 0) return null;
  return (
    <section className="sheet waiting" aria-labelledby="waiting">
      <div className="apart">
        <div>
          <h2 id="waiting">{text.waitingTitle(tools.length)}</h2>
          <p className="quiet">{text.waitingLead(tools.length)}</p>
        </div>
        {tools.length === 1 ? null : (
          <button
            type="button"
            className="button"
            disabled={approving.isPending}
            onClick={() => approving.mutate(tools.map(({ name }) => name))}
          >
            {text.approveAll(isAll)}
          </button>
        )}
      </div>
      <ul className="waiting-list">
        {tools.slice(0, SHOWN_MAX).map(({ description, name, title }) => (
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
              {text.approve}
              <span className="for-screen-readers"> ({title})</span>
            </button>
          </li>
        ))}
      </ul>
      {tools.length > SHOWN_MAX ? (
        <p className="small quiet">{text.waitingMore(SHOWN_MAX, tools.length)}</p>
      ) : null}
      {approving.isError ? <Problem error={approving.error} /> : null}
    </section>
  );
}
