import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ownConnectionPages, ownConnections, type OwnConnection } from '../api/account.ts';
import { allKeys, revokeKey } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { accountText } from '../text/account.ts';
import { SHORT_LIST_MAX } from '../ui/find-items.ts';
import { Foreign } from '../ui/foreign.tsx';
import { ListFilter } from '../ui/list-filter.tsx';
import { Paged } from '../ui/paged.tsx';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';
import { Table } from '../ui/table.tsx';
import { tamed } from '../ui/tamed.ts';
import { When } from '../ui/when.tsx';

const text = accountText.connections;
const NAME_CHARACTERS_MAX = 80;

export function ConnectionsPart({ say }: { say: (words: ReactNode) => void }) {
  const [q, setQ] = useState<string | undefined>(undefined);
  const connections = useInfiniteQuery(ownConnectionPages(q));
  const [ending, setEnding] = useState<OwnConnection | undefined>(undefined);
  return (
    <Part title={text.title} lead={text.lead}>
      <Paged
        pages={connections}
        loading={text.loading}
        rows={2}
        empty={<p>{text.empty}</p>}
        isNarrowed={q !== undefined}
        filter={(shown, { total }) =>
          total <= SHORT_LIST_MAX && q === undefined ? null : (
            <ListFilter
              q={q}
              onFind={setQ}
              label={text.find}
              placeholder={text.findHint}
              found={text.found(shown, total)}
            />
          )
        }
        noneFound={<p>{text.noneFound}</p>}
      >
        {(items) => <ConnectionTable connections={items} onEnd={setEnding} />}
      </Paged>
      {ending === undefined ? null : (
        <Question
          title={text.disconnectTitle(appOf(ending))}
          keep={text.keep}
          act={text.disconnect}
          acting={text.disconnecting}
          run={() => revokeKey(ending.organisation.slug, ending.connection.id)}
          refresh={() =>
            Promise.all([
              queryClient.invalidateQueries(ownConnections),
              queryClient.invalidateQueries(allKeys(ending.organisation.slug)),
            ])
          }
          onClose={() => setEnding(undefined)}
          onDone={() => {
            setEnding(undefined);
            say(text.disconnected(appOf(ending)));
          }}
        >
          <p>{text.effect(tamed(ending.organisation.name, NAME_CHARACTERS_MAX))}</p>
        </Question>
      )}
    </Part>
  );
}

interface ConnectionTableProps {
  connections: readonly OwnConnection[];
  onEnd: (connection: OwnConnection) => void;
}

function ConnectionTable({ connections, onEnd }: ConnectionTableProps) {
  return (
    <Table caption={text.caption} columns={text.columns}>
      {connections.map((item) => (
        <tr key={item.connection.id} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{appOf(item)}</bdi>
            <span className="row-more">
              <Foreign text={item.connection.client?.destination ?? ''} />
            </span>
          </th>
          <td role="cell" data-label={text.columns[1]}>
            <Foreign text={item.organisation.name} />
          </td>
          <td role="cell" data-label={text.columns[2]}>
            {text.access[item.connection.access]}
          </td>
          <td role="cell" data-label={text.columns[3]}>
            <When at={item.connection.last_used_at} absent={text.never} />
          </td>
          <td role="cell" className="row-action">
            <button type="button" className="button danger-quiet" onClick={() => onEnd(item)}>
              {text.disconnect}
              <span className="for-screen-readers"> {appOf(item)}</span>
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** What the app calls itself. */
function appOf({ connection }: OwnConnection): string {
  return tamed(connection.client?.name ?? connection.name, NAME_CHARACTERS_MAX);
}
