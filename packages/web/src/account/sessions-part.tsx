import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { endOtherSessions, endSession, sessionsQuery, type BrowserSession } from '../api/account.ts';
import { queryClient } from '../api/query-client.ts';
import { accountText } from '../text/account.ts';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { Problem } from '../ui/problem.tsx';
import { Question } from '../ui/question.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { browserInWords } from './browser-in-words.ts';

const text = accountText.sessions;
const refresh = () => queryClient.invalidateQueries(sessionsQuery);

export function SessionsPart({ say }: { say: (words: ReactNode) => void }) {
  const sessions = useQuery(sessionsQuery);
  const [asking, setAsking] = useState(false);
  const ending = useMutation({
    mutationFn: async (id: string) => {
      try {
        return await endSession(id);
      } finally {
        await refresh();
      }
    },
    onSuccess: () => say(text.ended),
  });
  const others = (sessions.data ?? []).filter((session) => !session.is_this).length;
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        others === 0 ? null : (
          <button type="button" className="button secondary" onClick={() => setAsking(true)}>
            {text.endOthers}
          </button>
        )
      }
    >
      {ending.isError ? <Problem error={ending.error} /> : null}
      <Listed query={sessions} what={text.loading} rows={2} empty={<p>{text.unknown}</p>}>
        {(items) => (
          <Table caption={text.caption} columns={text.columns}>
            {items.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                pending={ending.isPending}
                onEnd={() => ending.mutate(session.id)}
              />
            ))}
          </Table>
        )}
      </Listed>
      {asking ? (
        <Question
          title={text.endOthersTitle}
          keep={text.keep}
          act={text.endOthers}
          acting={text.ending}
          run={endOtherSessions}
          refresh={refresh}
          onClose={() => setAsking(false)}
          onDone={(done) => {
            setAsking(false);
            say(text.endedOthers(done.ended_sessions));
          }}
        >
          <p>{text.endOthersEffect}</p>
        </Question>
      ) : null}
    </Part>
  );
}

interface SessionRowProps {
  session: BrowserSession;
  pending: boolean;
  onEnd: () => void;
}

function SessionRow({ onEnd, pending, session }: SessionRowProps) {
  const browser = browserInWords(session.browser) ?? text.unknown;
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <span className="row-name" title={session.browser}>
          {browser}
        </span>
        {session.is_this ? <span className="row-more">{text.thisOne}</span> : null}
      </th>
      <td role="cell" data-label={text.columns[1]}>
        {session.by.map((word) => text.by[word]).join(', ')}
      </td>
      <td role="cell" data-label={text.columns[2]}>
        <When at={session.created_at} absent="" />
      </td>
      <td role="cell" className="row-action">
        {session.is_this ? null : (
          <button type="button" className="button danger-quiet" disabled={pending} onClick={onEnd}>
            {text.end}
            <span className="for-screen-readers"> {browser}</span>
          </button>
        )}
      </td>
    </tr>
  );
}
