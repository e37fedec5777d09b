import { appsQuery, setTokenExchange, type App } from '../api/apps.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Question } from '../ui/question.tsx';

interface ExchangeQuestionProps {
  app: App;
  onDone: (allowed: boolean) => void;
  onClose: () => void;
}

/** Allows token exchange (RFC 8693), or takes it back. */
export function ExchangeQuestion({ app, onDone, onClose }: ExchangeQuestionProps) {
  const { slug: org } = useOrganisation();
  const allows = !app.token_exchange;
  return (
    <Question
      title={
        allows ? (
          <>
            Let “<bdi>{app.name}</bdi>” trade tokens?
          </>
        ) : (
          <>
            Stop “<bdi>{app.name}</bdi>” from trading tokens?
          </>
        )
      }
      keep={allows ? 'Leave it off' : 'Keep it on'}
      act={allows ? 'Allow token exchange' : 'Withdraw token exchange'}
      acting={allows ? 'Allowing…' : 'Withdrawing…'}
      danger={!allows}
      run={() => setTokenExchange(org, app.client_id, allows)}
      refresh={() => queryClient.invalidateQueries(appsQuery(org))}
      onDone={() => onDone(allows)}
      onClose={onClose}
    >
      <p>
        {allows
          ? 'It may then trade an access token of this organisation that it is given for one of its own, never good for more or for longer. The audit names it as who acts.'
          : 'The tokens that it traded others for are refused from the next call on, and it gets no more. Its other access stays.'}
      </p>
    </Question>
  );
}
