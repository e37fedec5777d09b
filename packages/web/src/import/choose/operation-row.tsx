import { importText } from '../../text/import.ts';
import { AccessBadge } from '../../ui/badges.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import type { RowPlace } from '../../ui/long-rows.tsx';
import { tamed } from '../../ui/tamed.ts';
import type { Chosen } from './tree.ts';

const text = importText.choose;
const PATH_MAX = 120;

interface OperationRowProps {
  chosen: Chosen;
  isShown: boolean;
  place: RowPlace;
  onToggle: (include: boolean) => void;
  onShow: () => void;
  onChange: () => void;
}

export function OperationRow({ chosen, isShown, onChange, onShow, onToggle, place }: OperationRowProps) {
  const { access, choice, hindrance, included, operation } = chosen;
  const name = tamed(operation.operation, PATH_MAX);
  const title = choice.title ?? operation.tool?.title ?? operation.skipped?.summary ?? undefined;
  const isChanged = [choice.access, choice.name, choice.title, choice.description].some(
    (said) => said !== undefined,
  );
  return (
    <tr role="row" aria-level={2} className={included ? undefined : 'import-out'} {...place}>
      <th role="rowheader" scope="row">
        <span className="import-ticked import-nested">
          <input
            type="checkbox"
            data-row-focus={hindrance === undefined ? true : undefined}
            aria-label={text.include(name)}
            checked={included}
            disabled={hindrance !== undefined}
            onChange={() => onToggle(!included)}
          />
          <span>
            <button
              type="button"
              className="import-name"
              data-row-focus={hindrance === undefined ? undefined : true}
              aria-pressed={isShown}
              onClick={onShow}
            >
              <span className="for-screen-readers">{text.show} </span>
              <b>{tamed(operation.method, 10)}</b> <Foreign text={operation.path} max={PATH_MAX} />
            </button>
            <span className="row-more">
              {title === undefined ? null : <Foreign text={title} />}
              {hindrance === undefined ? (
                title === undefined ? (
                  <Foreign text={operation.skipped?.message ?? ''} />
                ) : null
              ) : (
                <>
                  {text.cannot}
                  <Foreign text={hindrance} />
                </>
              )}
            </span>
          </span>
        </span>
      </th>
      <td role="gridcell" data-label={text.columns[1]}>
        {hindrance === undefined ? <AccessBadge access={access} /> : null}
        {isChanged ? <span className="row-more">{text.changed}</span> : null}
      </td>
      <td role="gridcell" className="row-action">
        {hindrance === undefined ? (
          <button type="button" className="button secondary small-button" onClick={onChange}>
            {text.change}
            <span className="for-screen-readers">{text.changeOf(name)}</span>
          </button>
        ) : null}
      </td>
    </tr>
  );
}
