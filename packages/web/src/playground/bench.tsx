import { useState } from 'react';
import type { PlaygroundTool } from '../api/playground.ts';
import type { Access } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { playgroundText as text } from '../text/playground.ts';
import { AccessBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { useKept } from '../ui/use-kept.ts';
import { ArgumentsPart } from './arguments/arguments-part.tsx';
import { argumentsOf, EMPTY_DRAFT, type Draft } from './arguments/draft.ts';
import { faultsIn, type Played } from './played.ts';
import { PlayedList } from './played-list.tsx';
import type { PlaygroundSearch } from './playground-search.ts';
import { ResultPart } from './result/result-part.tsx';
import { RunPart } from './run-part.tsx';
import { useCall } from './use-call.ts';
import { WhoPart } from './who-part.tsx';
import { WriteQuestion } from './write-question.tsx';

const DESCRIPTION_CHARACTERS = 600;

interface BenchProps {
  tool: PlaygroundTool;
  search: PlaygroundSearch;
  calls: readonly Played[];
  onPlayed: (played: Played) => void;
  onSearch: (next: Partial<PlaygroundSearch>) => void;
  onOther: () => void;
}

/** One tool with what it is called with, and what came of it. */
export function Bench({ calls, onOther, onPlayed, onSearch, search, tool }: BenchProps) {
  const { slug: org } = useOrganisation();
  const { agent } = search;
  const [draft, setDraft] = useKept<Draft>(
    `playground:${org}:${tool.connector.slug}/${tool.name}`,
    EMPTY_DRAFT,
  );
  const [shown, setShown] = useState<{ id: number; takesFocus: boolean } | undefined>(undefined);
  const call = useCall({
    org,
    tool,
    onPlayed(played) {
      onPlayed(played);
      setShown({ id: played.id, takesFocus: true });
    },
  });
  const access = accessOf(tool, search.access);
  const given = argumentsOf(draft);
  const played = calls.find(({ id }) => id === shown?.id);
  const order = { connector: tool.connector.slug, tool: tool.name, agent, access };

  return (
    <div className="play">
      <div className="play-ask">
        <About tool={tool} onOther={onOther} />
        <WhoPart
          agent={agent}
          access={access}
          most={tool.most}
          onAgent={(next) => onSearch({ agent: next })}
          onAccess={(next) => onSearch({ access: next })}
        />
        <ArgumentsPart
          schema={tool.input_schema}
          draft={draft}
          onChange={setDraft}
          faults={played?.tool.name === tool.name ? faultsIn(played.outcome) : NO_FAULTS}
        />
        <RunPart
          needsFull={tool.access === 'full' && access === 'read'}
          most={tool.most}
          canRun={given !== undefined}
          running={call.running}
          onRun={() => given && call.begin({ ...order, arguments: given })}
          onCancel={call.cancel}
          onReset={() => setDraft({ ...EMPTY_DRAFT, view: draft.view })}
        />
      </div>
      <div className="play-told">
        {played === undefined ? (
          <div className="sheet empty play-nothing">
            <p className="quiet">{text.result.nothing}</p>
          </div>
        ) : (
          <ResultPart
            played={played}
            takesFocus={shown?.takesFocus === true}
            isRunning={call.running !== undefined}
            onAgain={() => call.begin(played.order)}
          />
        )}
        <PlayedList calls={calls} shown={shown?.id} onShow={({ id }) => setShown({ id, takesFocus: true })} />
      </div>
      {call.asked === undefined ? null : (
        <WriteQuestion tool={tool} question={call.asked} onAgree={call.agree} onClose={call.decline} />
      )}
    </div>
  );
}

const NO_FAULTS: ReadonlyMap<string, string> = new Map();

/** What was chosen, as far as the role allows; else as much as the tool needs. */
function accessOf({ access, most }: PlaygroundTool, chosen: Access | undefined): Access {
  if (most === 'read') return 'read';
  return chosen ?? access;
}

function About({ onOther, tool }: { tool: PlaygroundTool; onOther: () => void }) {
  return (
    <section className="sheet play-part play-about" aria-label={text.choose.title}>
      <div className="play-part-head">
        <h2>
          <Foreign text={tool.title} />
        </h2>
        <AccessBadge access={tool.access} />
      </div>
      <p className="small quiet">
        <code>
          <Foreign text={tool.name} />
        </code>{' '}
        {text.choose.of}
        <Foreign text={tool.connector.name} />
      </p>
      {tool.description === '' ? null : (
        <p className="small">
          <Foreign text={tool.description} max={DESCRIPTION_CHARACTERS} />
        </p>
      )}
      <button type="button" className="button secondary small-button" onClick={onOther}>
        {text.choose.other}
      </button>
    </section>
  );
}
