import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ownConnectionsQuery, type OwnConnection } from '../api/account.ts';
import { keysQuery, revokeKey } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { accountText } from '../text/account.ts';
import { Find } from '../ui/find.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';
import { Table } from '../ui/table.tsx';
import { tamed } from '../ui/tamed.ts';
import { When } from '../ui/when.tsx';

const text = accountText.connections;
const NAME_CHARACTERS_MAX = 80;

export function ConnectionsPart({ say }: { say: (words: ReactNode) => void }) {
  const connections = useQuery(ownConnectionsQuery);
  const [ending, setEnding] = useState<OwnConnection | undefined>(undefined);
  return (
    <Part title={text.title} lead={text.lead}>
      <Listed query={connections} what={text.loading} rows={2} empty={<p>{text.empty}</p>}>
        {(items) => (
          <Find
            items={items}
            label={text.find}
            placeholder={text.findHint}
            textOf={(item) => `${appOf(item)} ${item.organisation.name}`}
          >
            {(found) => <ConnectionTable connections={found} onEnd={setEnding} />}
          </Find>
        )}
      </Listed>
      {ending === undefined ? null : (
        <Question
          title={text.disconnectTitle(appOf(ending))}
          keep={text.keep}
          act={text.disconnect}
          acting={text.disconnecting}
          run={() => revokeKey(ending.organisation.slug, ending.connection.id)}
          refresh={() =>
            Promise.all([
              queryClient.invalidateQueries(ownConnectionsQuery),
              queryClient.invalidateQueries({ queryKey: keysQuery(ending.organisation.slug).queryKey }),
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
