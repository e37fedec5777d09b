import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { agentsQuery, createAgentKey, keysQuery, organisationQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Agent } from '../api/types.ts';
import { mcpRemoteCommand, KEY_PLACEHOLDER } from '../home/commands.ts';
import { NewKeyDialog } from '../keys/new-key-dialog.tsx';
import { managesAgents } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { Find } from '../ui/find.tsx';
import { Listed } from '../ui/listed.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { AgentQuestion, type AgentAct } from './agent-question.tsx';
import { AgentTable } from './agent-table.tsx';
import { NewAgentDialog } from './new-agent-dialog.tsx';

/** `/app/{org}/agents`: members that are no people. */
export function AgentsPage() {
  const { role } = useOrganisation();
  return managesAgents(role) ? (
    <AgentList />
  ) : (
    <>
      <PageHead title="Agents" lead="Members that are no people: a nightly job, a bot, a workflow." />
      <Forbidden needed="Admin" />
    </>
  );
}

function AgentList() {
  const { slug: org } = useOrganisation();
  const agents = useQuery(agentsQuery(org));
  const [creating, setCreating] = useState(false);
  const [keyFor, setKeyFor] = useState<Agent | undefined>(undefined);
  const [asked, setAsked] = useState<{ agent: Agent; act: AgentAct } | undefined>(undefined);
  const [notice, say] = useNotice();

  const create = (
    <button type="button" className="button" onClick={() => setCreating(true)}>
      Create agent
    </button>
  );
  return (
    <>
      <PageHead
        title="Agents"
        lead="Members that are no people: a nightly job, a bot, a workflow. Each has a role and keys of its own."
        action={create}
      />
      {notice}
      <Listed
        query={agents}
        what="the agents"
        rows={4}
        empty={
          <>
            <p>No agents yet. Create one for whatever should call the tools without a person.</p>
            {create}
          </>
        }
      >
        {(items) => (
          <Find items={items} label="Find an agent" placeholder="Find by name" textOf={({ name }) => name}>
            {(found) => (
              <AgentTable
                agents={found}
                onCreateKey={setKeyFor}
                onAct={(agent, act) => setAsked({ agent, act })}
              />
            )}
          </Find>
        )}
      </Listed>

      {creating ? (
        <NewAgentDialog
          onClose={() => setCreating(false)}
          onCreated={(name) => {
            setCreating(false);
            say(
              <>
                The agent “<bdi>{name}</bdi>” is there. It can do nothing until you create a key for it.
              </>,
            );
          }}
        />
      ) : null}
      {keyFor === undefined ? null : (
        <NewKeyDialog
          title={
            <>
              Create a key for “<bdi>{keyFor.name}</bdi>”
            </>
          }
          fullRefused={
            keyFor.role === 'viewer'
              ? 'This agent is a Viewer, which can only hold read-only keys.'
              : undefined
          }
          create={(key) => createAgentKey(org, keyFor.id, key)}
          onCreated={() => void queryClient.invalidateQueries(keysQuery(org))}
          onClose={() => setKeyFor(undefined)}
          usage={<AgentUsage org={org} />}
        />
      )}
      {asked === undefined ? null : (
        <AgentQuestion
          {...asked}
          onClose={() => setAsked(undefined)}
          onDone={() => {
            setAsked(undefined);
            say(
              <>
                The agent “<bdi>{asked.agent.name}</bdi>” {DONE[asked.act]}
              </>,
            );
          }}
        />
      )}
    </>
  );
}

const DONE: Readonly<Record<AgentAct, string>> = {
  suspend: 'is suspended. Nothing of it works until you resume it.',
  resume: 'works again.',
  delete: 'is deleted. Its keys stopped working at once.',
};

/** How the agent presents its key, with a placeholder: the command may end up in a ticket or a shell's history. */
function AgentUsage({ org }: { org: string }) {
  const organisation = useQuery(organisationQuery(org));
  if (organisation.data === undefined) return null;
  return (
    <>
      <p className="small">
        To use it through mcp-remote, with the key in place of <code>{KEY_PLACEHOLDER}</code>:
      </p>
      <Snippet text={mcpRemoteCommand(organisation.data.connector_url)} what="the mcp-remote command" />
    </>
  );
}
