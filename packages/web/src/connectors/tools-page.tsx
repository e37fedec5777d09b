import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { connectorToolsQuery } from '../api/queries.ts';
import type { ConnectorTool, ConnectorTools } from '../api/types.ts';
import { managesConnectors } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { RuleDialog, type RuleSubject } from './rule-dialog.tsx';
import { ToolTable } from './tool-table.tsx';
import { WaitingTools } from './waiting-tools.tsx';

const route = getRouteApi('/$org/connectors/$connector');

/** `/app/{org}/connectors/{connector}`: what becomes of its tools here. */
export function ToolsPage() {
  const { slug: org, role } = useOrganisation();
  const { connector } = route.useParams();
  return (
    <>
      <PageHead
        title={`Tools of ${connector}`}
        heading={
          <>
            Tools of <bdi>{connector}</bdi>
          </>
        }
        lead="Who is offered which tool, with which access, and what a person has to agree to first. It holds at once, everywhere."
        action={
          <Link to="/$org/connectors" params={{ org }} className="button secondary">
            All connectors
          </Link>
        }
      />
      {managesConnectors(role) ? (
        <Tools key={connector} connector={connector} />
      ) : (
        <Forbidden needed="Admin" />
      )}
    </>
  );
}

function Tools({ connector }: { connector: string }) {
  const { slug: org } = useOrganisation();
  const tools = useQuery(connectorToolsQuery(org, connector));
  const [subject, setSubject] = useState<RuleSubject | undefined>(undefined);
  const [notice, say] = useNotice();
  if (tools.data === undefined) {
    return tools.isError ? (
      <Problem error={tools.error} onRetry={() => void tools.refetch()} />
    ) : (
      <Skeleton rows={6} label="Loading the tools" />
    );
  }
  return (
    <>
      {notice}
      <WaitingTools
        connector={connector}
        tools={tools.data.items.filter(({ waiting }) => waiting)}
        onApproved={(names) => say(`${inWords(names)} may be used now.`)}
      />
      <ToolList data={tools.data} onEdit={setSubject} />
      {subject === undefined ? null : (
        <RuleDialog
          connector={connector}
          subject={subject}
          onClose={() => setSubject(undefined)}
          onSaved={() => {
            setSubject(undefined);
            say(`Saved. It holds for ${subject.title} from now on.`);
          }}
        />
      )}
    </>
  );
}

function ToolList({ data, onEdit }: { data: ConnectorTools; onEdit: (subject: RuleSubject) => void }) {
  const [wanted, setWanted] = useState('');
  const shown = data.items.filter((tool) => !tool.waiting && isMeant(tool, wanted));
  return (
    <>
      <div className="filter">
        <input
          type="search"
          className="input"
          aria-label="Find a tool"
          placeholder="Find by name or title"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <button
          type="button"
          className="button secondary"
          onClick={() => onEdit({ tool: '*', title: 'all its tools', rule: data.rule })}
        >
          Rule for all tools
        </button>
      </div>
      {shown.length === 0 ? (
        <div className="sheet empty">
          <p>
            {data.items.length === 0 ? 'This connector has no tools yet.' : 'No tool has that in its name.'}
          </p>
        </div>
      ) : (
        <ToolTable
          tools={shown}
          onEdit={({ name, rule, title }) => onEdit({ tool: name, title: `“${title}”`, rule })}
        />
      )}
    </>
  );
}

function isMeant({ name, title }: ConnectorTool, wanted: string): boolean {
  const text = wanted.trim().toLowerCase();
  return name.toLowerCase().includes(text) || title.toLowerCase().includes(text);
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? `“${names[0] ?? ''}”` : `${names.length} tools`;
}
