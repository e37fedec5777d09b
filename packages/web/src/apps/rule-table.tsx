import type { AppRule } from '../api/apps.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { hostOf } from './read-subject.ts';
import { RuleSubject } from './rule-subject.tsx';

interface RuleTableProps {
  rules: readonly AppRule[];
  onBlock: (rule: AppRule) => void;
  onRemove: (rule: AppRule) => void;
}

export function RuleTable({ rules, onBlock, onRemove }: RuleTableProps) {
  return (
    <Table caption="Rules about apps" columns={['About', 'Rule', 'Since']}>
      {rules.map((rule) => (
        <tr key={rule.subject} role="row">
          <th role="rowheader" scope="row">
            <RuleSubject subject={rule.subject} />
            <span className="row-more">
              {hostOf(rule.subject) === undefined ? 'one app' : 'all apps of this host'}
            </span>
          </th>
          <td role="cell" data-label="Rule">
            {rule.rule === 'approved' ? (
              <StatusBadge tone="good">Approved</StatusBadge>
            ) : (
              <StatusBadge tone="warning">Blocked</StatusBadge>
            )}
          </td>
          <td role="cell" data-label="Since">
            <When at={rule.created_at} absent="" />
          </td>
          <td role="cell" className="row-action">
            <span className="row-buttons">
              {rule.rule === 'approved' ? (
                <button type="button" className="button danger-quiet" onClick={() => onBlock(rule)}>
                  Block<span className="for-screen-readers"> {rule.subject}</span>
                </button>
              ) : null}
              <button type="button" className="button secondary small-button" onClick={() => onRemove(rule)}>
                Remove rule<span className="for-screen-readers"> about {rule.subject}</span>
              </button>
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}
