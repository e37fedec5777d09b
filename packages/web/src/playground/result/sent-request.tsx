import type { HeaderLine, SentBody, Upstream } from '../../api/playground.ts';
import { playgroundText } from '../../text/playground.ts';
import { bytesInWords } from '../in-words.ts';
import { LongText } from './long-text.tsx';

const text = playgroundText.request;

/** What went to the API or the MCP server, as it was sent, with every credential covered. */
export function SentRequest({ upstream }: { upstream: Upstream | null }) {
  if (upstream === null) return <p className="quiet">{text.none}</p>;
  if (upstream.kind === 'mcp') {
    return (
      <>
        <p className="play-line">
          {text.transports[upstream.transport]} {upstream.url === null ? null : <code>{upstream.url}</code>}
        </p>
        <h3 className="play-sub">{text.message}</h3>
        <Body body={upstream.message} />
      </>
    );
  }
  const { answer, body, headers, method, times, url } = upstream;
  return (
    <>
      <p className="play-line">
        <strong>{method}</strong> <code>{url}</code>
      </p>
      {times > 1 ? <p className="small quiet">{text.twice}</p> : null}
      <h3 className="play-sub">{text.headers}</h3>
      <Headers headers={headers} label={text.headers} />
      <p className="hint">{text.masked}</p>
      {body === null ? null : (
        <>
          <h3 className="play-sub">{text.body}</h3>
          <Body body={body} />
        </>
      )}
      {answer === null ? (
        <p className="quiet">{text.noAnswer}</p>
      ) : (
        <>
          <h3 className="play-sub">{text.answer(answer.status)}</h3>
          <Headers headers={answer.headers} label={text.answer(answer.status)} />
        </>
      )}
    </>
  );
}

export function Headers({ headers, label }: { headers: readonly HeaderLine[]; label: string }) {
  return <LongText label={label} text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')} />;
}

function Body({ body: { bytes, is_cut, text: said, type } }: { body: SentBody }) {
  if (said === null) return <p className="quiet">{text.bodyNotText(bytesInWords(bytes), type ?? '?')}</p>;
  return (
    <>
      <LongText label={text.body} text={said} />
      {is_cut ? <p className="hint">{text.isCut(bytesInWords(bytes))}</p> : null}
    </>
  );
}
