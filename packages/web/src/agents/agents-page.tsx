import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { agentsPages, allAgents, allKeys, createAgentKey, organisationQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { Agent } from '../api/types.ts';
import { mcpRemoteCommand, KEY_PLACEHOLDER } from '../home/commands.ts';
import { NewKeyDialog } from '../keys/new-key-dialog.tsx';
import { managesAgents } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { agentsText as text } from '../text/agents.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Paged } from '../ui/paged.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { AgentFilter } from './agent-filter.tsx';
import { AgentQuestion, type AgentAct } from './agent-question.tsx';
import { AgentTable } from './agent-table.tsx';
import { NewAgentDialog } from './new-agent-dialog.tsx';

const route = getRouteApi('/$org/agents');

/** `/app/{org}/agents`: members that are no people. */
export function AgentsPage() {
  const { role } = useOrganisation();
  return managesAgents(role) ? (
    <AgentList />
  ) : (
    <>
      <PageHead title={text.title} lead={text.lead} />
      <Forbidden needed="admin" />
    </>
  );
}

function AgentList() {
  const { slug: org } = useOrganisation();
  const search = route.useSearch();
  const agents = useInfiniteQuery(agentsPages(org, search));
  const [creating, setCreating] = useState(false);
  const [keyFor, setKeyFor] = useState<Agent | undefined>(undefined);
  const [asked, setAsked] = useState<{ agent: Agent; act: AgentAct } | undefined>(undefined);
  const [notice, say] = useNotice();

  const create = (
    <button type="button" className="button" onClick={() => setCreating(true)}>
      {text.create}
    </button>
  );
  return (
    <>
      <PageHead title={text.title} lead={text.lead} action={create} />
      {notice}
      <Paged
        pages={agents}
        loading={text.loading}
        rows={4}
        isNarrowed={Object.keys(search).length > 0}
        empty={
          <>
            <p>{text.empty}</p>
            {create}
          </>
        }
        filter={(shown, { total }) => <AgentFilter search={search} found={text.shownOf(shown, total)} />}
        noneFound={
          <>
            <p>{text.noneFound}</p>
            <Link to="/$org/agents" params={{ org }} className="button secondary">
              {text.clear}
            </Link>
          </>
        }
      >
        {(items) => (
          <AgentTable
            agents={items}
            onCreateKey={setKeyFor}
            onAct={(agent, act) => setAsked({ agent, act })}
          />
        )}
      </Paged>

      {creating ? (
        <NewAgentDialog
          onClose={() => setCreating(false)}
          onCreated={(name) => {
            setCreating(false);
            say(text.created(name));
          }}
        />
      ) : null}
      {keyFor === undefined ? null : (
        <NewKeyDialog
          title={
            <>
              {text.keyTitle}“<bdi>{keyFor.name}</bdi>”
            </>
          }
          fullRefused={keyFor.role === 'viewer' ? text.viewer : undefined}
          callsMax={agents.data?.pages[0]?.calls_per_minute_max}
          create={(key) => createAgentKey(org, keyFor.id, key)}
          onCreated={() => {
            void queryClient.invalidateQueries(allKeys(org));
            void queryClient.invalidateQueries(allAgents(org));
          }}
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
            say(text.acts[asked.act].done(asked.agent.name));
          }}
        />
      )}
    </>
  );
}

/** How the agent presents its key, with a placeholder: the command may end up in a ticket or a shell's history. */
function AgentUsage({ org }: { org: string }) {
  const organisation = useQuery(organisationQuery(org));
  if (organisation.data === undefined) return null;
  return (
    <>
      <p className="small">
        {text.usage}
        <code>{KEY_PLACEHOLDER}</code>:
      </p>
      <Snippet text={mcpRemoteCommand(`${organisation.data.connector_url}/sse`)} what={text.command} />
    </>
  );
}
