import type { CallError } from '../../api/playground.ts';
import { playgroundText } from '../../text/playground.ts';
import { Fact } from '../../ui/fact.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import { safeLink } from './safe-link.ts';

const text = playgroundText.error;
const MESSAGE_CHARACTERS = 3_000;

/** Why it was not done, with all that is known to go on from there. */
export function ErrorFacts({ error }: { error: CallError }) {
  const { code, connect_url, hint, message, rate_limit, request_id, retry_after_seconds, status } = error;
  const connect = connect_url === null ? undefined : safeLink(connect_url);
  return (
    <div className="play-error">
      <p className="play-error-message">
        <Foreign text={message} max={MESSAGE_CHARACTERS} />
      </p>
      {hint === null ? null : (
        <p>
          <Foreign text={hint} max={MESSAGE_CHARACTERS} />
        </p>
      )}
      {connect === undefined ? null : (
        <p>
          <a href={connect} className="button secondary">
            {playgroundText.result.connect}
          </a>
        </p>
      )}
      <dl className="known facts">
        <Fact name={text.code}>
          <code>
            <Foreign text={code} />
          </code>
        </Fact>
        <Fact name={text.status}>{status}</Fact>
        {retry_after_seconds === null ? null : (
          <Fact name={text.retry}>{text.retryAfter(retry_after_seconds)}</Fact>
        )}
        {rate_limit === null ? null : <Fact name={text.limit}>{limitInWords(rate_limit)}</Fact>}
        {request_id === null ? null : (
          <Fact name={text.request}>
            <code>{request_id}</code>
          </Fact>
        )}
      </dl>
    </div>
  );
}

function limitInWords(limit: Record<string, unknown>): string {
  const number = (name: string): string | undefined =>
    typeof limit[name] === 'number' ? String(limit[name]) : undefined;
  return text.limitOf(number('limit') ?? '?', number('remaining') ?? '?', number('reset_seconds'));
}
