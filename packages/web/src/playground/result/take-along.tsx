import { useRef } from 'react';
import type { CallOrder, CallResult } from '../../api/playground.ts';
import { playgroundText } from '../../text/playground.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { curlOf, toolsCallOf } from './curl.ts';

const text = playgroundText.copy;

/** The same call for a terminal and for whoever speaks MCP by hand. No key is in either. */
export function TakeAlong({ order, result }: { order: CallOrder; result: CallResult }) {
  const { called_as: name, mcp_url: url, rest } = result;
  return (
    <>
      {rest === null ? (
        <p className="quiet">{text.noCurl}</p>
      ) : (
        <>
          <h3 className="play-sub">{text.curl}</h3>
          <Code text={curlOf(rest)} what={text.curlWhat} />
          <p className="hint">
            {text.curlNote} {rest.is_body_left_out ? text.bodyLeftOut : null}
          </p>
        </>
      )}
      {name === null ? null : (
        <>
          <h3 className="play-sub">{text.rpc}</h3>
          <Code text={toolsCallOf(name, order.arguments)} what={text.rpcWhat} />
          <p className="hint">
            <code>{url}</code>
          </p>
        </>
      )}
    </>
  );
}

function Code({ text: code, what }: { text: string; what: string }) {
  const shown = useRef<HTMLPreElement>(null);
  return (
    <div className="play-code">
      <pre ref={shown} className="play-text" tabIndex={0} role="group" aria-label={what}>
        {code}
      </pre>
      <CopyButton text={code} what={what} shownIn={shown} />
    </div>
  );
}
