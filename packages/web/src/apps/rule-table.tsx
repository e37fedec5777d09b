import type { AppRule } from '../api/apps.ts';
import { appsText } from '../text/apps.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { LongRows } from '../ui/long-rows.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { hostOf } from './read-subject.ts';
import { RuleSubject } from './rule-subject.tsx';

const text = appsText.rules;
const NAME_CHARACTERS_MAX = 60;
const ROW_PIXELS = 66;

interface RuleTableProps {
  rules: readonly AppRule[];
  onBlock: (rule: AppRule) => void;
  onRemove: (rule: AppRule) => void;
}

export function RuleTable({ rules, onBlock, onRemove }: RuleTableProps) {
  const [, state, since] = text.columns;
  return (
    <Table
      caption={text.caption}
      columns={text.columns}
      rows={rules.length}
      body={
        <LongRows
          items={rules}
          keyOf={({ subject }) => subject}
          height={ROW_PIXELS}
          columns={text.columns.length + 1}
        >
          {(rule, place) => (
            <tr role="row" {...place}>
              <th role="rowheader" scope="row">
                <RuleSubject subject={rule.subject} />
                <span className="row-more">
                  {hostOf(rule.subject) === undefined ? text.oneApp : text.wholeHost}
                  {rule.name === null ? null : (
                    <>
                      {': '}
                      <Foreign text={rule.name} max={NAME_CHARACTERS_MAX} />
                    </>
                  )}
                </span>
              </th>
              <td role="cell" data-label={state}>
                <StatusBadge tone={rule.rule === 'approved' ? 'good' : 'warning'}>
                  {text.states[rule.rule]}
                </StatusBadge>
              </td>
              <td role="cell" data-label={since}>
                <When at={rule.created_at} absent="" />
              </td>
              <td role="cell" className="row-action">
                <span className="row-buttons">
                  {rule.rule === 'approved' ? (
                    <button type="button" className="button danger-quiet" onClick={() => onBlock(rule)}>
                      {text.block}
                      <span className="for-screen-readers"> {rule.subject}</span>
                    </button>
                  ) : null}
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onRemove(rule)}
                  >
                    {text.remove}
                    <span className="for-screen-readers">{text.removeAbout(rule.subject)}</span>
                  </button>
                </span>
              </td>
            </tr>
          )}
        </LongRows>
      }
    />
  );
}
