import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import {
  connectionsKey,
  connectionsPages,
  disconnect,
  makeReadOnly,
  type Connection,
} from '../api/connect.ts';
import { queryClient } from '../api/query-client.ts';
import { seesAllKeys } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectionsText as text } from '../text/connections.ts';
import { MorePages } from '../ui/more-pages.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { tamed } from '../ui/tamed.ts';
import { useNotice } from '../ui/use-notice.tsx';
import { ConnectionFilter } from './connection-filter.tsx';
import { ConnectionTable, type ConnectionAct } from './connection-table.tsx';

const route = getRouteApi('/$org/connections');
const NAME_CHARACTERS_MAX = 60;

/** `/app/{org}/connections`: what is connected, and the buttons that end it or make it less. */
export function ConnectionsPage() {
  const { role, slug: org } = useOrganisation();
  const [acting, setActing] = useState<{ act: ConnectionAct; connection: Connection } | undefined>(undefined);
  const [notice, say] = useNotice();
  return (
    <>
      <PageHead
        title={text.title}
        lead={seesAllKeys(role) ? text.lead : text.leadOwn}
        action={
          <Link to="/$org/connect" params={{ org }} className="button">
            {text.connect}
          </Link>
        }
      />
      {notice}
      <Connections onAct={(act, connection) => setActing({ act, connection })} />
      {acting === undefined ? null : (
        <ActQuestion
          {...acting}
          onDone={() => {
            const name = nameOf(acting.connection);
            setActing(undefined);
            say(acting.act === 'disconnect' ? text.disconnected(name) : text.lowered(name));
          }}
          onClose={() => setActing(undefined)}
        />
      )}
    </>
  );
}

function Connections({ onAct }: { onAct: (act: ConnectionAct, connection: Connection) => void }) {
  const { role, slug: org } = useOrganisation();
  const search = route.useSearch();
  const pages = useInfiniteQuery(connectionsPages(org, search));
  if (pages.data === undefined) {
    return pages.isError ? (
      <Problem error={pages.error} onRetry={() => void pages.refetch()} />
    ) : (
      <Skeleton rows={6} label={text.loading} />
    );
  }
  const shown = pages.data.pages.flatMap(({ items }) => items);
  const total = pages.data.pages.at(-1)?.total ?? shown.length;
  if (total === 0 && search.q === undefined && search.whose === undefined) {
    return (
      <div className="sheet empty">
        <p>{text.empty}</p>
        <Link to="/$org/connect" params={{ org }} className="button">
          {text.connect}
        </Link>
      </div>
    );
  }
  return (
    <>
      <ConnectionFilter
        search={search}
        found={text.shownOf(shown.length, total)}
        withOthers={seesAllKeys(role)}
      />
      {shown.length === 0 ? (
        <div className="sheet empty">
          <p>{text.noneFound}</p>
          <Link to="/$org/connections" params={{ org }} className="button secondary">
            {text.clear}
          </Link>
        </div>
      ) : (
        <ConnectionTable connections={shown} onAct={onAct} />
      )}
      <MorePages pages={pages} more={text.more} loading={text.loadingMore} />
    </>
  );
}

interface ActQuestionProps {
  act: ConnectionAct;
  connection: Connection;
  onDone: () => void;
  onClose: () => void;
}

function ActQuestion({ act, connection, onClose, onDone }: ActQuestionProps) {
  const { slug: org } = useOrganisation();
  const name = nameOf(connection);
  const isEnd = act === 'disconnect';
  return (
    <Question
      title={isEnd ? text.disconnectTitle(name) : text.lowerTitle(name)}
      keep={isEnd ? text.keep : text.keepFull}
      act={isEnd ? text.act : text.lower}
      acting={isEnd ? text.acting : text.lowering}
      danger={isEnd}
      run={() => (isEnd ? disconnect(org, connection.id) : makeReadOnly(org, connection.id))}
      refresh={() => queryClient.invalidateQueries({ queryKey: connectionsKey(org) })}
      onDone={onDone}
      onClose={onClose}
    >
      <p>{isEnd ? text.disconnectEffect(name, connection.holder ?? text.nobody) : text.lowerEffect(name)}</p>
      <p className="small quiet">{isEnd ? text.cannotUndo : text.lowerBack}</p>
    </Question>
  );
}

function nameOf({ app }: Connection): string {
  return tamed(app.name, NAME_CHARACTERS_MAX);
}
