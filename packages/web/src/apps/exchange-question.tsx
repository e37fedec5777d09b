import { allApps, setTokenExchange, type App } from '../api/apps.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { exchangeText as text } from '../text/apps.ts';
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
      title={allows ? text.allowTitle(app.name) : text.stopTitle(app.name)}
      keep={allows ? text.leaveOff : text.keepOn}
      act={allows ? text.allow : text.withdraw}
      acting={allows ? text.allowing : text.withdrawing}
      danger={!allows}
      run={() => setTokenExchange(org, app.client_id, allows)}
      refresh={() => queryClient.invalidateQueries(allApps(org))}
      onDone={() => onDone(allows)}
      onClose={onClose}
    >
      <p>{allows ? text.allowEffect : text.withdrawEffect}</p>
    </Question>
  );
}
