import { useInfiniteQuery } from '@tanstack/react-query';
import { diffQuery } from '../../api/imports.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { More } from '../more.tsx';
import type { Draft } from '../use-draft.ts';

const text = importText.publish;

interface TicksProps {
  draft: Draft;
  /** Names of all new tools that may write. */
  tools: readonly string[];
  ticked: readonly string[];
  onTick: (ticked: string[]) => void;
}

/** New tools that can change something: nobody is offered one that no person has ticked. */
export function Ticks({ onTick, ticked, tools, draft }: TicksProps) {
  const { slug: org } = useOrganisation();
  const diff = useInfiniteQuery({
    ...diffQuery(org, draft.checked, 'new_write', ''),
    enabled: draft.mayAsk,
  });
  const items = diff.data?.pages.flatMap((page) => page.items) ?? [];
  const isTicked = new Set(ticked);
  const count = tools.filter((tool) => isTicked.has(tool)).length;
  return (
    <section className="sheet waiting" aria-labelledby="import-ticks">
      <h2 id="import-ticks">{text.ticksTitle(tools.length)}</h2>
      <p className="quiet">{text.ticksLead}</p>
      {tools.length < 2 ? null : (
        <label className="import-tick strong">
          <input
            type="checkbox"
            checked={count === tools.length}
            ref={(box) => {
              if (box !== null) box.indeterminate = count > 0 && count < tools.length;
            }}
            onChange={() => onTick(count === tools.length ? [] : [...tools])}
          />{' '}
          {text.tickAll(tools.length)}
        </label>
      )}
      <ul className="import-tools">
        {items.map(({ after, title, tool }) => (
          <li key={tool}>
            <label className="import-tick">
              <input
                type="checkbox"
                aria-label={text.tick(tool)}
                checked={isTicked.has(tool)}
                onChange={() =>
                  onTick(isTicked.has(tool) ? ticked.filter((one) => one !== tool) : [...ticked, tool])
                }
              />{' '}
              <span>
                <b>
                  <Foreign text={title} />
                </b>{' '}
                <code>{tool}</code>
                <span className="row-more">
                  <Foreign text={after?.description ?? ''} max={300} />
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      <More query={diff} shown={items.length} total={tools.length} />
      <p role="status" className="small quiet">
        {text.ticked(count, tools.length)}
      </p>
    </section>
  );
}
