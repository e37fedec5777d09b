import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { connectorToolsQuery } from '../api/queries.ts';
import type { ConnectorTools } from '../api/types.ts';
import { queryClient } from '../api/query-client.ts';
import { managesConnectors } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { toolsText as text } from '../text/connectors.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNotice } from '../ui/use-notice.tsx';
import { AboutConnector } from './about-connector.tsx';
import { RuleDialog, type RuleSubject } from './rule-dialog.tsx';
import { ToolFilter } from './tool-filter.tsx';
import { ToolTable } from './tool-table.tsx';
import { filterTools } from './tools-search.ts';
import { WaitingTools } from './waiting-tools.tsx';

const route = getRouteApi('/$org/connectors/$connector');

/** `/app/{org}/connectors/{connector}`: what becomes of its tools here. */
export function ToolsPage() {
  const { slug: org, role } = useOrganisation();
  const { connector } = route.useParams();
  return (
    <>
      <PageHead
        title={text.title(connector)}
        heading={
          <>
            {text.titleBefore}
            <bdi>{connector}</bdi>
          </>
        }
        lead={text.lead}
        action={
          <Link to="/$org/connectors" params={{ org }} className="button secondary">
            {text.allConnectors}
          </Link>
        }
      />
      {managesConnectors(role) ? (
        <Tools key={connector} connector={connector} />
      ) : (
        <Forbidden needed="admin" />
      )}
    </>
  );
}

function Tools({ connector }: { connector: string }) {
  const { slug: org } = useOrganisation();
  const navigate = route.useNavigate();
  const tools = useQuery(connectorToolsQuery(org, connector));
  const [subject, setSubject] = useState<RuleSubject | undefined>(undefined);
  const [notice, say] = useNotice();
  /** What is known of it is forgotten once nothing shows it any more: or it would be asked for again, and is not there. */
  async function leave(): Promise<void> {
    await navigate({ to: '/$org/connectors', params: { org } });
    queryClient.removeQueries({ queryKey: connectorToolsQuery(org, connector).queryKey });
  }
  if (tools.data === undefined) {
    return tools.isError ? (
      <Problem error={tools.error} onRetry={() => void tools.refetch()} />
    ) : (
      <Skeleton rows={6} label={text.loading} />
    );
  }
  return (
    <>
      {notice}
      <AboutConnector
        connector={connector}
        rule={tools.data.rule}
        testable={tools.data.items.flatMap(({ test }) => (test === null ? [] : [test]))}
        say={say}
        onDeleted={() => void leave()}
      />
      <ToolList
        connector={connector}
        data={tools.data}
        onEdit={setSubject}
        onApproved={(names) => say(text.approved(names))}
      />
      {subject === undefined ? null : (
        <RuleDialog
          connector={connector}
          subject={subject}
          onClose={() => setSubject(undefined)}
          onSaved={() => {
            setSubject(undefined);
            say(text.saved(subject.title));
          }}
        />
      )}
    </>
  );
}

interface ToolListProps {
  connector: string;
  data: ConnectorTools;
  onEdit: (subject: RuleSubject) => void;
  onApproved: (names: readonly string[]) => void;
}

function ToolList({ connector, data: { items, rule }, onApproved, onEdit }: ToolListProps) {
  const search = route.useSearch();
  if (items.length === 0) {
    return (
      <div className="sheet empty">
        <p>{text.none}</p>
      </div>
    );
  }
  const found = filterTools(items, search);
  const shown = found.filter(({ waiting }) => !waiting);
  const waiting = found.filter((tool) => tool.waiting);
  return (
    <>
      <ToolFilter tools={items} search={search} found={found.length}>
        <button
          type="button"
          className="button secondary"
          onClick={() => onEdit({ tool: '*', title: text.allItsTools, rule })}
        >
          {text.ruleForAll}
        </button>
      </ToolFilter>
      <WaitingTools
        connector={connector}
        tools={waiting}
        isAll={waiting.length === items.filter((tool) => tool.waiting).length}
        onApproved={onApproved}
      />
      {shown.length === 0 ? (
        waiting.length > 0 ? null : (
          <NoneFound />
        )
      ) : (
        <ToolTable
          tools={shown}
          onEdit={(tool) =>
            onEdit({
              tool: tool.name,
              title: `“${tool.title}”`,
              rule: tool.rule,
              own: tool.description,
            })
          }
        />
      )}
    </>
  );
}

function NoneFound() {
  const { slug: org } = useOrganisation();
  const { connector } = route.useParams();
  const { q, show } = route.useSearch();
  return (
    <div className="sheet empty">
      <p>{q === undefined ? text.noneOf[show ?? 'all'] : text.noneFound}</p>
      <Link to="/$org/connectors/$connector" params={{ org, connector }} className="button secondary">
        {text.showAll}
      </Link>
    </div>
  );
}
