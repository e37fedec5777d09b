import { useState } from 'react';
import { connectorQuery, type ConnectorView } from '../api/connectors.ts';
import { connectorsQuery, setToolRule } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { ToolRule } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectorText as text } from '../text/connectors.ts';
import { Foreign } from '../ui/foreign.tsx';
import { Question } from '../ui/question.tsx';

interface SwitchQuestionProps {
  view: ConnectorView;
  rule: ToolRule;
  onDone: (on: boolean) => void;
  onClose: () => void;
}

/** Asks before nobody is offered any tool of a connector, or everybody again. */
export function SwitchQuestion({ onClose, onDone, rule, view }: SwitchQuestionProps) {
  const { slug: org } = useOrganisation();
  // As it was when the question was asked: the answer changes it.
  const [isOff] = useState(rule.enabled === false);
  return (
    <Question
      title={
        <>
          {isOff ? text.switchOnBefore : text.switchOffBefore}
          <Foreign text={view.name} max={80} />?
        </>
      }
      keep={isOff ? text.leaveOff : text.leaveOn}
      act={isOff ? text.switchOn : text.switchOff}
      acting={text.switching}
      danger={!isOff}
      run={() => setToolRule(org, view.slug, { tool: '*', ...rule, enabled: isOff ? null : false })}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(connectorsQuery(org)),
          queryClient.invalidateQueries(connectorQuery(org, view.slug)),
        ])
      }
      onDone={() => onDone(isOff)}
      onClose={onClose}
    >
      <p>{isOff ? text.switchOnEffect : text.switchOffEffect(view.tools.read + view.tools.full)}</p>
    </Question>
  );
}
